package io.millrace.runtime.inspect;

import io.millrace.core.state.MapStateDescriptor;
import io.millrace.core.state.StateDescriptor;
import io.millrace.core.types.CorruptDataException;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.TypeSchema;
import io.millrace.runtime.state.CorruptStateException;
import io.millrace.runtime.state.NoNamespace;
import io.millrace.runtime.state.RawState;
import io.millrace.runtime.state.StateEntries;
import io.millrace.runtime.state.StateEvolutions;
import io.millrace.runtime.state.StateKind;
import io.millrace.runtime.state.StateMeta;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads the entries of one state of an operator as the types that a program has now, by the rules
 * by which a restore reads them ({@link StateEvolutions}). For one thread.
 */
public final class TypedEntries {
  private final StateMeta now;
  private final EntryReaders readers;
  private final StateEvolutions evolutions;
  private final ClassLoader loader;

  private TypedEntries(String uid, StateMeta now, EntryReaders readers, ClassLoader loader) {
    this.now = now;
    this.readers = readers;
    this.loader = loader;
    this.evolutions = new StateEvolutions(uid, loader);
  }

  /**
   * Of a state that a descriptor describes.
   *
   * @param kind what the descriptor is taken as: a list's also stands for operator state
   * @param key of the stream; empty for operator state
   * @param loader of the program
   */
  public static TypedEntries of(
      String uid,
      StateKind kind,
      Optional<TypeInformation<?>> key,
      StateDescriptor<?> descriptor,
      ClassLoader loader) {
    Optional<TypeInformation<?>> userKey =
        descriptor instanceof MapStateDescriptor<?, ?> map
            ? Optional.of(map.keyType())
            : Optional.empty();
    StateMeta meta =
        new StateMeta(
            descriptor.name(),
            kind,
            schema(key),
            schema(userKey),
            descriptor.type().schema(),
            descriptor.ttl().isPresent());
    return new TypedEntries(
        uid,
        meta,
        new EntryReaders(
            in -> key.orElseThrow().keyCodec().decode(in),
            in -> userKey.orElseThrow().keyCodec().decode(in),
            in -> descriptor.type().serializer().read(in)),
        loader);
  }

  /** Of a queue of timers without a namespace. */
  public static TypedEntries ofTimers(
      String uid, String name, TypeInformation<?> key, ClassLoader loader) {
    StateMeta meta =
        new StateMeta(
            name, StateKind.TIMERS, key.schema(), StateMeta.NONE, NoNamespace.SCHEMA, false);
    return new TypedEntries(
        uid,
        meta,
        new EntryReaders(
            in -> key.keyCodec().decode(in),
            in -> {
              throw new CorruptDataException("A timer has no map key");
            },
            NoNamespace.SERIALIZER::read),
        loader);
  }

  private static TypeSchema schema(Optional<TypeInformation<?>> type) {
    return type.map(TypeInformation::schema).orElse(StateMeta.NONE);
  }

  /** The name of the state. */
  public String name() {
    return now.name();
  }

  /**
   * Checks that entries which were written so can be read.
   *
   * @throws io.millrace.runtime.state.IncompatibleStateException if not, naming the field
   */
  public void check(StateMeta written) {
    evolutions.of(written, now);
  }

  /**
   * Reads the entries of this state's part of a snapshot.
   *
   * @throws io.millrace.runtime.state.IncompatibleStateException if they can't become what the
   *     program has, naming the field
   * @throws CorruptStateException naming the file that is damaged
   */
  public void read(RawState raw, Consumer<StateEntry> entries) {
    try {
      RawState current = evolutions.current(raw, now);
      StateEntries.visit(
          current.meta(),
          current.reader(loader),
          new EntryCollector(current.meta(), readers, entries));
    } catch (CorruptDataException e) {
      throw new CorruptStateException(
          raw.origin() + ", state '" + raw.meta().name() + "' cannot be read: " + e.getMessage(),
          e);
    }
  }
}
