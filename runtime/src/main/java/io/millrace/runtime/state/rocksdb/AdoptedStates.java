package io.millrace.runtime.state.rocksdb;

import io.millrace.core.types.BinaryWriter;
import io.millrace.runtime.state.RawState;
import io.millrace.runtime.state.StateEvolutions;
import io.millrace.runtime.state.StateMeta;
import io.millrace.runtime.state.heap.RegisteredState;
import io.millrace.runtime.state.heap.StateStorage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a database has of an image and nobody has registered yet. It is in further cuts, as files or
 * copied as it stands. Owned by the task thread.
 */
final class AdoptedStates implements StateStorage.Adopted {
  private final ObjectCache cache;
  private final Supplier<DatabaseCut> cut;
  private final StateEvolutions evolutions;
  private final Map<String, StoredState> states = new LinkedHashMap<>();

  /**
   * @param cut the one that is being captured
   */
  AdoptedStates(ObjectCache cache, Supplier<DatabaseCut> cut, StateEvolutions evolutions) {
    this.cache = cache;
    this.cut = cut;
    this.evolutions = evolutions;
  }

  void add(StoredState state) {
    states.put(state.meta().name(), state);
  }

  /**
   * Gives a state away to whom registers it, if its entries can stay as they are: their form is
   * another with a time to live than without, and values that evolved are written anew.
   */
  Optional<StoredState> claim(StateMeta as) {
    StoredState state = states.get(as.name());
    if (state == null
        || state.meta().ttl() != as.ttl()
        || evolutions.of(state.meta(), as).isConversion()) {
      return Optional.empty();
    }
    states.remove(as.name());
    return Optional.of(state);
  }

  List<StoredState> all() {
    return List.copyOf(states.values());
  }

  @Override
  public List<StateMeta> states() {
    return states.values().stream().map(StoredState::meta).toList();
  }

  @Override
  public Optional<RawState> load(String name, int group) {
    StoredState state = states.get(name);
    BinaryWriter entries = new BinaryWriter();
    try (Database.View view = cache.database().view()) {
      return state.write(view, group, entries)
          ? Optional.of(new RawState(state.meta(), "The database", entries.toByteArray()))
          : Optional.empty();
    }
  }

  @Override
  public void drop(String name) {
    StoredState state = states.remove(name);
    byte[] prefix = StoreKeys.ofState(state.number(), 0).ofTable();
    cache.afterCut(() -> cache.database().deleteRange(prefix, StoreKeys.behind(prefix)));
  }

  @Override
  public List<RegisteredState.Capture> capture() {
    DatabaseCut current = cut.get();
    List<RegisteredState.Capture> captures = new ArrayList<>();
    for (StoredState state : states.values()) {
      captures.add(
          new RegisteredState.Capture() {
            @Override
            public StateMeta meta() {
              return state.meta();
            }

            @Override
            public boolean write(int groupIndex, BinaryWriter out) {
              return !current.isInFiles()
                  && state.write(current.view(), cache.firstGroup() + groupIndex, out);
            }
          });
    }
    return captures;
  }
}
