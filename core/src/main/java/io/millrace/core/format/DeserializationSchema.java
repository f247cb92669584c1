package io.millrace.core.format;

import io.millrace.core.function.Function;
import io.millrace.core.types.TypeInformation;

/** Bytes to records. */
public interface DeserializationSchema<T> extends Function {
  /**
   * Called once a subtask before the first record, with the job's class loader as context class
   * loader.
   */
  default void open() throws Exception {}

  /**
   * @throws Exception for bytes that are not such a record: a poison record, handled by the
   *     source's error policy
   */
  T deserialize(byte[] bytes) throws Exception;

  TypeInformation<T> producedType();
}
