package io.millrace.runtime.state.heap;

import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.state.HandleFactory;
import io.millrace.runtime.state.KeyGroups;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.MemoryFileStore;
import io.millrace.runtime.state.SnapshotFileWriter;
import io.millrace.runtime.state.SnapshotReader;
import io.millrace.runtime.state.StateHandles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Makes backends of one operator, takes their snapshots and restores them. */
final class Backends<K> {
  static final int GROUPS = 128;

  private final TypeInformation<K> keyType;
  private final MemoryFileStore store = new MemoryFileStore();
  private int files;
  private long now = 1_000_000;

  Backends(TypeInformation<K> keyType) {
    this.keyType = keyType;
  }

  static Backends<Long> ofLongs() {
    return new Backends<>(TypeInformation.of(Long.class));
  }

  void advance(long millis) {
    now += millis;
  }

  MemoryFileStore store() {
    return store;
  }

  KeyedStateBackend<K> create(int subtask, int parallelism) {
    return TableKeyedStateBackend.onHeap(
        new KeyedStateContext<>(
            "op",
            keyType,
            KeyGroups.rangeOf(subtask, parallelism, GROUPS),
            GROUPS,
            HandleFactory.plain(),
            () -> now,
            Backends.class.getClassLoader()));
  }

  KeyedStateBackend<K> create() {
    return create(0, 1);
  }

  StateHandles write(KeyedCut cut) throws IOException {
    try (cut;
        SnapshotFileWriter writer = new SnapshotFileWriter(store, "chk/" + files++, GROUPS)) {
      writer.writeKeyed("op", cut);
      return writer.commit().get("op");
    }
  }

  StateHandles snapshot(KeyedStateBackend<K> backend) throws IOException {
    return write(backend.snapshot());
  }

  KeyedStateBackend<K> restore(int subtask, int parallelism, List<StateHandles> handles)
      throws IOException {
    KeyedStateBackend<K> backend = create(subtask, parallelism);
    backend.restore(handles, new SnapshotReader(store, GROUPS));
    return backend;
  }

  List<KeyedStateBackend<K>> restoreAll(int parallelism, List<StateHandles> handles)
      throws IOException {
    List<KeyedStateBackend<K>> backends = new ArrayList<>();
    for (int i = 0; i < parallelism; i++) {
      backends.add(restore(i, parallelism, handles));
    }
    return backends;
  }

  /** Makes a key current on the backend that owns it. */
  KeyedStateBackend<K> at(List<KeyedStateBackend<K>> backends, K key) {
    int hash = keyType.keyCodec().hash(key);
    int group = KeyGroups.groupOf(hash, GROUPS);
    KeyedStateBackend<K> owner = backends.get(KeyGroups.subtaskOf(group, backends.size(), GROUPS));
    set(owner, key, hash);
    return owner;
  }

  KeyedStateBackend<K> at(KeyedStateBackend<K> backend, K key) {
    set(backend, key, keyType.keyCodec().hash(key));
    return backend;
  }

  private void set(KeyedStateBackend<K> backend, K key, int hash) {
    if (key instanceof Long number) {
      backend.setCurrentLongKey(number, hash);
    } else {
      backend.setCurrentKey(key, hash);
    }
  }
}
