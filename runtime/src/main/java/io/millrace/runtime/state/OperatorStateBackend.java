package io.millrace.runtime.state;

import io.millrace.core.state.BroadcastState;
import io.millrace.core.state.ListState;
import io.millrace.core.state.ListStateDescriptor;
import io.millrace.core.state.MapStateDescriptor;
import io.millrace.core.state.OperatorStateStore;
import io.millrace.core.state.StateDescriptor;
import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import io.millrace.core.types.TypeSchema;
import io.millrace.runtime.state.StateHandles.FileSection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * State of one operator subtask that belongs to no key (invariant KG6). Lists are small: a snapshot
 * is encoded on the task thread at once. Owned by the task thread.
 */
public final class OperatorStateBackend implements OperatorStateStore {
  private final String operator;
  private final ClassLoader classLoader;
  private final StateEvolutions evolutions;
  private final Map<String, OperatorState> states = new LinkedHashMap<>();
  // What the snapshot had and nobody has registered, one list a subtask that wrote it.
  private List<List<RawState>> restored = List.of();
  private int subtask;
  private int parallelism = 1;

  /**
   * @param operator the operator's uid, as in snapshots
   * @param classLoader the job's, for late-typed values
   */
  public OperatorStateBackend(String operator, ClassLoader classLoader) {
    this.operator = operator;
    this.classLoader = classLoader;
    this.evolutions = new StateEvolutions(operator, classLoader);
  }

  @Override
  public <T> ListState<T> getListState(ListStateDescriptor<T> descriptor) {
    return list(StateKind.SPLIT_LIST, descriptor);
  }

  @Override
  public <T> ListState<T> getUnionListState(ListStateDescriptor<T> descriptor) {
    return list(StateKind.UNION_LIST, descriptor);
  }

  private <T> ListState<T> list(StateKind kind, ListStateDescriptor<T> descriptor) {
    StateMeta meta = meta(kind, descriptor, StateMeta.NONE);
    return registered(meta, () -> new OperatorListState<>(meta, descriptor.type().serializer()));
  }

  @Override
  public <K, V> BroadcastState<K, V> getBroadcastState(MapStateDescriptor<K, V> descriptor) {
    StateMeta meta = meta(StateKind.BROADCAST, descriptor, descriptor.keyType().schema());
    return registered(
        meta,
        () ->
            new OperatorBroadcastState<>(
                meta, descriptor.keyType(), descriptor.type().serializer()));
  }

  private StateMeta meta(StateKind kind, StateDescriptor<?> descriptor, TypeSchema userKey) {
    if (descriptor.ttl().isPresent()) {
      throw new IllegalArgumentException(
          "State '"
              + descriptor.name()
              + "' of operator "
              + operator
              + " has a time to live, which only keyed state can have: remove it");
    }
    return new StateMeta(
        descriptor.name(), kind, StateMeta.NONE, userKey, descriptor.type().schema(), false);
  }

  @SuppressWarnings("unchecked")
  private <S> S registered(StateMeta meta, Supplier<OperatorState> maker) {
    OperatorState state = states.get(meta.name());
    if (state == null) {
      state = maker.get();
      claim(state);
      states.put(meta.name(), state);
    } else {
      evolutions.checkSame(state.meta(), meta);
    }
    return (S) state;
  }

  /**
   * Takes over the operator state of a snapshot. Of split lists each subtask gets its own elements
   * back if the parallelism is the same, else every {@code parallelism}-th of all, in the order of
   * the subtasks.
   *
   * @param subtasks what the operator's subtasks reported, in the order of their indexes; may be
   *     merged into one
   * @param index of this subtask
   * @throws CorruptStateException naming file and section
   */
  public void restore(
      List<StateHandles> subtasks, SnapshotReader reader, int index, int newParallelism)
      throws IOException {
    List<List<RawState>> read = new ArrayList<>();
    for (StateHandles handles : subtasks) {
      // A subtask writes one section, with empty lists if need be: sections count the subtasks.
      for (FileSection section : handles.operator()) {
        read.add(new ArrayList<>(reader.readOperator(operator, section)));
      }
    }
    restored = read;
    subtask = index;
    parallelism = newParallelism;
    states.values().forEach(this::claim);
  }

  private void claim(OperatorState state) {
    boolean sameParallelism = restored.size() == parallelism;
    int position = 0;
    boolean taken = false;
    for (int writer = 0; writer < restored.size(); writer++) {
      for (RawState raw : restored.get(writer)) {
        if (!raw.meta().name().equals(state.meta().name())) {
          continue;
        }
        if (state.meta().kind() == StateKind.BROADCAST && taken) {
          continue;
        }
        taken = true;
        boolean mine = writer == subtask;
        position +=
            decode(
                state,
                raw,
                position,
                element ->
                    state.meta().kind() != StateKind.SPLIT_LIST
                        || (sameParallelism ? mine : element % parallelism == subtask));
      }
    }
    restored.forEach(
        states -> states.removeIf(raw -> raw.meta().name().equals(state.meta().name())));
  }

  private int decode(
      OperatorState state, RawState raw, int position, OperatorState.ElementFilter filter) {
    try {
      BinaryReader in = evolutions.current(raw, state.meta()).reader(classLoader);
      int count = in.readVarInt();
      for (int i = 0; i < count; i++) {
        state.read(in, filter.accepts(position + i));
      }
      if (in.remaining() > 0) {
        throw new CorruptDataException(in.remaining() + " bytes are left over");
      }
      return count;
    } catch (CorruptDataException e) {
      throw new CorruptStateException(
          raw.origin() + ", state '" + raw.meta().name() + "' cannot be read: " + e.getMessage(),
          e);
    }
  }

  /** Encodes the state as it is now; nothing if no state was registered or kept. */
  public Optional<OperatorCut> snapshot() {
    record Encoded(StateMeta meta, BinaryWriter entries) {}
    List<Encoded> encoded = new ArrayList<>();
    for (OperatorState state : states.values()) {
      BinaryWriter entries = new BinaryWriter();
      entries.writeVarInt(state.size());
      state.write(entries);
      encoded.add(new Encoded(state.meta(), entries));
    }
    List<RawState> unclaimed = unclaimedShare();
    if (encoded.isEmpty() && unclaimed.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        out -> {
          for (Encoded state : encoded) {
            out.state(state.meta(), state.entries());
          }
          for (RawState raw : unclaimed) {
            raw.copyTo(out);
          }
        });
  }

  /**
   * Each subtask has read everything; all together must write it once. Elements that nobody has
   * decoded cannot be spread, so the subtask of the writer's index modulo parallelism keeps them.
   */
  private List<RawState> unclaimedShare() {
    List<RawState> share = new ArrayList<>();
    for (int writer = subtask; writer < restored.size(); writer += parallelism) {
      share.addAll(restored.get(writer));
    }
    return share;
  }

  /** What has been registered. */
  public List<StateMeta> registeredStates() {
    return states.values().stream().map(OperatorState::meta).toList();
  }

  /** Names of states that the snapshot had and nobody has registered; they are kept. */
  public List<String> unclaimedStates() {
    TreeSet<String> names = new TreeSet<>();
    restored.forEach(states -> states.forEach(raw -> names.add(raw.meta().name())));
    return List.copyOf(names);
  }

  public void dropUnclaimedStates() {
    restored = List.of();
  }
}
