package io.millrace.runtime.graph;

import io.millrace.core.types.FunctionCaptures;
import io.millrace.runtime.operators.ClassOperatorFactory;
import io.millrace.runtime.operators.EdgeSpec;
import io.millrace.runtime.operators.SourceOperatorFactory;
import io.millrace.runtime.operators.window.WindowEvaluation;
import io.millrace.runtime.operators.window.WindowFold;
import io.millrace.runtime.operators.window.WindowSpec;
import io.millrace.runtime.submit.JobSubmissionException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Turns operators with their user functions into bytes at submission. */
public final class FunctionShipping {
  private FunctionShipping() {}

  /**
   * @param operator for the message
   * @throws JobSubmissionException if something in it is not serializable, naming operator, class,
   *     field or captured variable, and the remedy
   */
  public static byte[] serialize(Serializable object, String operator) {
    try {
      return write(object);
    } catch (IOException | RuntimeException e) {
      // Looking for the culprit also lets go of enclosing objects that are never used.
      Optional<String> problem = problem(object);
      if (problem.isEmpty()) {
        return writeReleased(object, operator);
      }
      throw new JobSubmissionException("Operator '" + operator + "': " + problem.get(), e);
    }
  }

  private static byte[] writeReleased(Serializable object, String operator) {
    try {
      return write(object);
    } catch (IOException | RuntimeException e) {
      throw new JobSubmissionException("Operator '" + operator + "': " + e, e);
    }
  }

  private static byte[] write(Serializable object) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    return bytes.toByteArray();
  }

  /** Looks into the engine's own wrappings first, so that the message begins at the function. */
  private static Optional<String> problem(Serializable object) {
    List<Object> parts = new ArrayList<>();
    if (object instanceof ClassOperatorFactory factory) {
      for (Serializable argument : factory.arguments()) {
        if (argument instanceof WindowSpec<?, ?, ?, ?, ?> spec) {
          parts.add(WindowFold.functionOf(spec.fold()));
          parts.add(WindowEvaluation.functionOf(spec.evaluation()));
        }
        parts.add(argument);
      }
    } else if (object instanceof SourceOperatorFactory<?> factory) {
      parts.add(factory.source());
      parts.add(factory.watermarks());
    } else if (object instanceof EdgeSpec<?, ?> edge && edge.key() != null) {
      parts.add(edge.key());
    }
    parts.add(object);
    return parts.stream().flatMap(part -> FunctionCaptures.problemOf(part).stream()).findFirst();
  }
}
