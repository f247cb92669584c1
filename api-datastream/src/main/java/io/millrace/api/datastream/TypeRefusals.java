package io.millrace.api.datastream;

import io.millrace.core.types.UnsupportedTypeException;
import io.millrace.runtime.submit.JobSubmissionException;
import java.util.function.Supplier;

/**
 * Says where in the program a type is refused. An operator has no name yet when its type is found,
 * so it is called by its method and by the operator before it.
 */
final class TypeRefusals {
  private TypeRefusals() {}

  /**
   * @param call of the API, such as {@code map(...)}
   * @param input whose records it takes
   * @throws JobSubmissionException naming the place, class, field and remedy
   */
  static <R> R at(String call, DataStream<?> input, Supplier<R> type) {
    Transformation<?> before = input.origins.get(0).source();
    return naming(call + " after " + before.described(), type);
  }

  static <R> R naming(String place, Supplier<R> type) {
    try {
      return type.get();
    } catch (UnsupportedTypeException e) {
      throw new JobSubmissionException(place + ": " + e.getMessage(), e);
    }
  }
}
