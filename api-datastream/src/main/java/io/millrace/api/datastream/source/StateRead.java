package io.millrace.api.datastream.source;

import io.millrace.runtime.inspect.StateArchive;
import io.millrace.runtime.state.KeyGroupRange;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.function.Consumer;

/** What is read of a savepoint: in units, which several readers may share. */
public interface StateRead<R> extends Serializable {
  /**
   * Checks that it is there and can be read as the program's types.
   *
   * @return in what units it is read; of operator state there is one, whatever it is called
   */
  List<KeyGroupRange> check(StateArchive archive, ClassLoader loader) throws IOException;

  /** Begins to read. */
  UnitReader<R> begin(StateArchive archive, ClassLoader loader);

  /** Reads units. For one thread. */
  @FunctionalInterface
  interface UnitReader<R> {
    /** Reads the entries of a unit: always in the same order. */
    void read(KeyGroupRange unit, Consumer<R> entries) throws IOException;
  }
}
