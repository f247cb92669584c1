package io.millrace.api.datastream.source;

import io.millrace.api.datastream.state.KeyedEntry;
import io.millrace.core.state.StateDescriptor;
import io.millrace.runtime.checkpoint.CheckpointMetadata.OperatorState;
import io.millrace.runtime.inspect.StateArchive;
import io.millrace.runtime.inspect.TypedEntries;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.RawState;
import io.millrace.runtime.state.StateKind;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Reads one operator state: lists of all subtasks one after another, the broadcast map once.
 *
 * @param <R> elements of a list; of a broadcast map {@link KeyedEntry}s
 */
public record OperatorStateRead<R>(String uid, StateKind kind, StateDescriptor<?> descriptor)
    implements StateRead<R> {
  private static final long serialVersionUID = 1L;
  private static final KeyGroupRange ALL = new KeyGroupRange(0, 0);

  private TypedEntries entries(ClassLoader loader) {
    return TypedEntries.of(uid, kind, Optional.empty(), descriptor, loader);
  }

  @Override
  public List<KeyGroupRange> check(StateArchive archive, ClassLoader loader) throws IOException {
    entries(loader).check(archive.find(archive.operator(uid), descriptor.name()));
    return List.of(ALL);
  }

  @Override
  @SuppressWarnings("unchecked") // the type of the entries says so
  public UnitReader<R> begin(StateArchive archive, ClassLoader loader) {
    OperatorState operator = archive.operator(uid);
    TypedEntries typed = entries(loader);
    return (unit, entries) -> {
      for (List<RawState> subtask : archive.readOperatorState(operator)) {
        for (RawState raw : subtask) {
          if (!raw.meta().name().equals(descriptor.name())) {
            continue;
          }
          typed.read(
              raw,
              entry ->
                  entries.accept(
                      kind == StateKind.BROADCAST
                          ? (R)
                              new KeyedEntry<>(
                                  entry.userKey().orElseThrow(), entry.value(), Optional.empty())
                          : (R) entry.value()));
          if (kind == StateKind.BROADCAST) {
            return; // the other subtasks have the same
          }
        }
      }
    };
  }
}
