package io.millrace.api.datastream.source;

import io.millrace.api.datastream.state.KeyedEntry;
import io.millrace.core.state.StateDescriptor;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.checkpoint.CheckpointMetadata.OperatorState;
import io.millrace.runtime.inspect.StateArchive;
import io.millrace.runtime.inspect.StateEntry;
import io.millrace.runtime.inspect.TypedEntries;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.RawState;
import io.millrace.runtime.state.StateKind;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Reads one keyed state of an operator.
 *
 * @param descriptor of the state; empty for timers
 */
public record KeyedStateRead<K, V>(
    String uid, String name, StateKind kind, TypeInformation<K> key, Described descriptor)
    implements StateRead<KeyedEntry<K, V>> {
  private static final long serialVersionUID = 1L;

  /** A descriptor, or none: an optional can't be shipped. */
  public sealed interface Described extends java.io.Serializable {}

  /** Of a state. */
  public record By(StateDescriptor<?> descriptor) implements Described {
    private static final long serialVersionUID = 1L;
  }

  /** Timers have none. */
  public record Timers() implements Described {
    private static final long serialVersionUID = 1L;
  }

  private TypedEntries entries(ClassLoader loader) {
    return descriptor instanceof By by
        ? TypedEntries.of(uid, kind, Optional.of(key), by.descriptor(), loader)
        : TypedEntries.ofTimers(uid, name, key, loader);
  }

  @Override
  public List<KeyGroupRange> check(StateArchive archive, ClassLoader loader) throws IOException {
    OperatorState operator = archive.operator(uid);
    entries(loader).check(archive.find(operator, name));
    return StateArchive.unitsOf(operator);
  }

  @Override
  public UnitReader<KeyedEntry<K, V>> begin(StateArchive archive, ClassLoader loader) {
    OperatorState operator = archive.operator(uid);
    TypedEntries typed = entries(loader);
    return (unit, entries) ->
        archive.readKeyed(
            operator,
            unit,
            (group, states) -> {
              for (RawState raw : states) {
                if (raw.meta().name().equals(name)) {
                  read(typed, raw, entries);
                }
              }
            });
  }

  @SuppressWarnings("unchecked") // the type of the entries says so
  private void read(TypedEntries typed, RawState raw, Consumer<KeyedEntry<K, V>> entries) {
    if (kind == StateKind.MAP) {
      Maps maps = new Maps(map -> entries.accept((KeyedEntry<K, V>) map));
      typed.read(raw, maps::add);
      maps.end();
      return;
    }
    typed.read(
        raw,
        entry -> {
          Object value =
              kind == StateKind.TIMERS ? (Object) entry.timer().getAsLong() : entry.value();
          entries.accept(new KeyedEntry<>((K) entry.key().get(), (V) value, time(entry.updated())));
        });
  }

  private static Optional<Instant> time(OptionalLong millis) {
    return millis.isPresent()
        ? Optional.of(Instant.ofEpochMilli(millis.getAsLong()))
        : Optional.empty();
  }

  /** Puts the entries of each key's map together, which come one after another. */
  private static final class Maps {
    private final Consumer<KeyedEntry<Object, Map<Object, Object>>> whole;
    private Optional<Object> key = Optional.empty();
    private Map<Object, Object> map = new LinkedHashMap<>();
    private OptionalLong updated = OptionalLong.empty();

    Maps(Consumer<KeyedEntry<Object, Map<Object, Object>>> whole) {
      this.whole = whole;
    }

    void add(StateEntry entry) {
      if (key.isEmpty() || key.get() != entry.key().get()) { // one object a key
        end();
        key = entry.key();
        map = new LinkedHashMap<>();
        updated = OptionalLong.empty();
      }
      map.put(entry.userKey().orElseThrow(), entry.value());
      if (entry.updated().isPresent()
          && (updated.isEmpty() || updated.getAsLong() < entry.updated().getAsLong())) {
        updated = entry.updated();
      }
    }

    void end() {
      if (key.isPresent()) {
        whole.accept(new KeyedEntry<>(key.get(), map, time(updated)));
      }
    }
  }
}
