package io.millrace.runtime.inspect;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.schema.WrittenType;
import io.millrace.runtime.state.StateMeta;
import java.util.function.Function;

/**
 * What keys and values of a state are read as. For one thread.
 *
 * @param userKeys of a map
 */
record EntryReaders(
    Function<BinaryReader, ?> keys,
    Function<BinaryReader, ?> userKeys,
    Function<BinaryReader, ?> values) {
  /** As generic ones, which need no classes. */
  static EntryReaders written(StateMeta meta) {
    return new EntryReaders(
        WrittenType.ofKey(meta.key())::read,
        WrittenType.ofKey(meta.userKey())::read,
        WrittenType.of(meta.value())::read);
  }
}
