package io.millrace.api.datastream;

import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.UnsupportedTypeException;
import io.millrace.runtime.submit.JobSubmissionException;

/** Refuses types that can't be keys, where the key is chosen. */
final class KeyTypes {
  private KeyTypes() {}

  static <K> KeyCodec<K> require(String stream, TypeInformation<K> type) {
    try {
      return type.keyCodec();
    } catch (UnsupportedTypeException e) {
      throw new JobSubmissionException("keyBy(...) after '" + stream + "': " + e.getMessage(), e);
    }
  }
}
