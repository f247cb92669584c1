package io.millrace.runtime.state.heap;

import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.types.KeyHash;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.state.HandleFactory;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.SnapshotFileWriter;
import io.millrace.runtime.state.SnapshotReader;
import io.millrace.runtime.state.StateHandles;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Measures heap state by hand: {@code StateBenchmark update 1000000}, {@code cut 10000000}, {@code
 * write 10000000}, {@code looks 10000000}. Prints nanoseconds an update (set key, read, add,
 * write), and the stalls of a growing and of a frozen table. Run on a quiet machine.
 */
public final class StateBenchmark {
  private static final int UPDATES = 20_000_000;

  private StateBenchmark() {}

  public static void main(String[] args) throws IOException {
    long keys = Long.parseLong(args[1]);
    switch (args[0]) {
      case "update" -> update(keys);
      case "cut" -> cut(keys);
      case "write" -> write(keys);
      case "looks" -> looks(keys);
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static TableKeyedStateBackend<Long> backend() {
    return backend(() -> {});
  }

  private static TableKeyedStateBackend<Long> backend(Runnable pagesMade) {
    return TableKeyedStateBackend.onHeap(
        new KeyedStateContext<>(
            "op",
            TypeInformation.of(Long.class),
            new KeyGroupRange(0, 127),
            128,
            HandleFactory.plain(),
            System::currentTimeMillis,
            pagesMade,
            StateBenchmark.class.getClassLoader()));
  }

  private static ValueState<Long> sum(TableKeyedStateBackend<Long> backend) {
    return backend.getState(new ValueStateDescriptor<>("sum", Long.class));
  }

  private static long key(long i, long keys) {
    long z = i * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return ((z ^ (z >>> 31)) >>> 1) % keys;
  }

  private static long add(
      TableKeyedStateBackend<Long> backend, ValueState<Long> state, long key, int hash) {
    backend.setCurrentLongKey(key, hash);
    Long before = state.value();
    long after = (before == null ? 0 : before) + (key & 127) + 1;
    state.update(after);
    return after;
  }

  /** What is measured, so that the loop around it can be measured too. */
  private interface Updates {
    long apply(long key, int hash);
  }

  private static void update(long keys) {
    for (int round = 0; round < 5; round++) {
      double loop = measure(keys, (key, hash) -> key + hash);
      ByHand table = new ByHand();
      double byHand = measure(keys, table::add);
      TableKeyedStateBackend<Long> backend = backend();
      ValueState<Long> state = sum(backend);
      double state1 = measure(keys, (key, hash) -> add(backend, state, key, hash));
      print(
          "%,d keys: state %.1f ns an update, by hand %.1f ns (loop of %.1f ns taken off)",
          keys, state1 - loop, byHand - loop, loop);
      backend.close();
    }
  }

  /** CPU nanoseconds of this thread for an update: others may keep the machine busy. */
  private static double measure(long keys, Updates updates) {
    long sum = 0;
    for (long key = 0; key < keys; key++) {
      sum += updates.apply(key, KeyHash.ofLong(key));
    }
    // Keys and hashes come in batches with the records, as they do in a task.
    int batch = 512;
    long[] batchKeys = new long[batch];
    int[] hashes = new int[batch];
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long allocatedBefore = allocated();
    long start = threads.getCurrentThreadCpuTime();
    for (int i = 0; i < UPDATES; i += batch) {
      for (int j = 0; j < batch; j++) {
        batchKeys[j] = key(i + j, keys);
        hashes[j] = KeyHash.ofLong(batchKeys[j]);
      }
      for (int j = 0; j < batch; j++) {
        sum += updates.apply(batchKeys[j], hashes[j]);
      }
    }
    double bytes = (double) (allocated() - allocatedBefore) / UPDATES;
    if (bytes > 0.5) {
      print("allocates %.1f bytes an update", bytes);
    }
    double nanos = (double) (threads.getCurrentThreadCpuTime() - start) / UPDATES;
    if (sum == 0) {
      print("unlikely");
    }
    return nanos;
  }

  private static long allocated() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getCurrentThreadAllocatedBytes();
  }

  /** The limit: tables of longs per key group, with nothing around them. */
  private static final class ByHand {
    private final long[][] keys = new long[128][64];
    private final long[][] values = new long[128][64];
    private final int[] sizes = new int[128];

    private long add(long key, int hash) {
      int group = hash & 127;
      long[] k = keys[group];
      long[] v = values[group];
      int slot = find(k, v, key, hash);
      long sum = v[slot] + (key & 127) + 1;
      if (v[slot] == 0) {
        k[slot] = key;
        v[slot] = sum;
        if (++sizes[group] * 10 > k.length * 6) {
          grow(group);
        }
      } else {
        v[slot] = sum;
      }
      return sum;
    }

    private static int find(long[] k, long[] v, long key, int hash) {
      int mask = k.length - 1;
      int slot = (hash >> 7) & mask;
      while (v[slot] != 0 && k[slot] != key) {
        slot = (slot + 1) & mask;
      }
      return slot;
    }

    private void grow(int group) {
      long[] k = new long[keys[group].length * 2];
      long[] v = new long[k.length];
      for (int i = 0; i < keys[group].length; i++) {
        if (values[group][i] != 0) {
          long key = keys[group][i];
          int slot = find(k, v, key, KeyHash.ofLong(key));
          k[slot] = key;
          v[slot] = values[group][i];
        }
      }
      keys[group] = k;
      values[group] = v;
    }
  }

  private static void cut(long keys) {
    for (int round = 0; round < 3; round++) {
      TableKeyedStateBackend<Long> backend = backend();
      ValueState<Long> state = sum(backend);
      long longestInsert = 0;
      for (long key = 0; key < keys; key++) {
        long start = System.nanoTime();
        add(backend, state, key, KeyHash.ofLong(key));
        longestInsert = Math.max(longestInsert, System.nanoTime() - start);
      }
      long start = System.nanoTime();
      KeyedCut cut = backend.snapshot();
      long atCut = System.nanoTime() - start;
      long longestUpdate = 0;
      long nanos = 0;
      int updates = 2_000_000;
      for (int i = 0; i < updates; i++) {
        long key = key(i, keys);
        start = System.nanoTime();
        add(backend, state, key, KeyHash.ofLong(key));
        long took = System.nanoTime() - start;
        nanos += took;
        longestUpdate = Math.max(longestUpdate, took);
      }
      cut.close();
      print(
          "%,d keys: cut %.3f ms, longest insertion %.3f ms, first %,d updates after the cut"
              + " %.1f ns each, longest %.3f ms",
          keys,
          atCut / 1e6,
          longestInsert / 1e6,
          updates,
          (double) nanos / updates,
          longestUpdate / 1e6);
      backend.close();
    }
  }

  /**
   * CPU time of the thread between two places where a step can end: after 512 records, and wherever
   * the state asks for a look at the time. Neither the collector nor other threads are in it.
   */
  private static void looks(long keys) throws IOException {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long[] last = {0};
    long[] longest = {0};
    long[] count = {0};
    Runnable look =
        () -> {
          long now = threads.getCurrentThreadCpuTime();
          longest[0] = Math.max(longest[0], now - last[0]);
          last[0] = now;
          count[0]++;
        };
    for (int round = 0; round < 3; round++) {
      TableKeyedStateBackend<Long> backend = backend(look);
      ValueState<Long> state = sum(backend);
      for (String phase : List.of("growth", "after a cut")) {
        KeyedCut cut = phase.equals("growth") ? null : backend.snapshot();
        last[0] = threads.getCurrentThreadCpuTime();
        longest[0] = 0;
        count[0] = 0;
        for (long i = 0; i < keys; i++) {
          long key = cut == null ? i : key(i, keys);
          add(backend, state, key, KeyHash.ofLong(key));
          if (i % 512 == 511) {
            look.run();
          }
        }
        if (cut != null) {
          cut.close();
        }
        print(
            "%,d keys, %s: %,d looks, longest CPU time between two %.3f ms",
            keys, phase, count[0], longest[0] / 1e6);
      }
      backend.close();
    }
  }

  private static void write(long keys) throws IOException {
    TableKeyedStateBackend<Long> backend = backend();
    ValueState<Long> state = sum(backend);
    for (long key = 0; key < keys; key++) {
      add(backend, state, key, KeyHash.ofLong(key));
    }
    Path directory = Files.createTempDirectory("state-benchmark");
    var store = new io.millrace.core.storage.LocalFileStore(directory);
    for (int round = 0; round < 3; round++) {
      long start = System.nanoTime();
      StateHandles handles;
      long size;
      try (KeyedCut cut = backend.snapshot();
          SnapshotFileWriter writer = new SnapshotFileWriter(store, "chk/" + round, 128)) {
        writer.writeKeyed("op", cut);
        size = writer.size();
        handles = writer.commit().get("op");
      }
      long written = System.nanoTime();
      TableKeyedStateBackend<Long> restored = backend();
      restored.restore(List.of(handles), new SnapshotReader(store, 128));
      sum(restored);
      long read = System.nanoTime();
      print(
          "%,d keys: %,d bytes written in %.0f ms, restored in %.0f ms",
          keys, size, (written - start) / 1e6, (read - written) / 1e6);
    }
    store.delete("chk");
    Files.delete(directory);
  }

  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
