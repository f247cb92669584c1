package io.millrace.runtime.graph;

import io.millrace.core.types.FunctionCaptures;
import io.millrace.runtime.submit.JobSubmissionException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;

/** Turns operators with their user functions into bytes at submission. */
public final class FunctionShipping {
  private FunctionShipping() {}

  /**
   * @param operator for the message
   * @throws JobSubmissionException if something in it is not serializable, naming operator, class,
   *     field or captured variable, and the remedy
   */
  public static byte[] serialize(Serializable object, String operator) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    } catch (IOException | RuntimeException e) {
      throw new JobSubmissionException(
          "Operator '"
              + operator
              + "': "
              + FunctionCaptures.problemOf(object).orElseGet(e::toString),
          e);
    }
    return bytes.toByteArray();
  }
}
