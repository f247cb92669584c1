package io.millrace.runtime.state.rocksdb;

import com.sun.management.ThreadMXBean;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.types.KeyHash;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.state.HandleFactory;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.heap.KeyedStateContext;
import io.millrace.runtime.state.heap.TableKeyedStateBackend;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Measures updates (set key, read, add, write) of RocksDB state beside heap state by hand: {@code
 * RocksDbBenchmark KEYS UPDATES CACHE_MB DIRTY_ENTRIES}. Prints CPU nanoseconds of the thread and
 * bytes allocated an update, and how long a cut takes on it, and the chunks it has written after.
 */
public final class RocksDbBenchmark {
  private RocksDbBenchmark() {}

  public static void main(String[] args) throws IOException {
    long keys = Long.parseLong(args[0]);
    int updates = Integer.parseInt(args[1]);
    long cache = Long.parseLong(args[2]) << 20;
    int dirty = Integer.parseInt(args[3]);
    KeyedStateContext<Long> context =
        new KeyedStateContext<>(
            "op",
            TypeInformation.of(Long.class),
            new KeyGroupRange(0, 127),
            128,
            HandleFactory.plain(),
            System::currentTimeMillis,
            RocksDbBenchmark.class.getClassLoader());
    Path directory = Files.createTempDirectory("rocksdb-benchmark-");
    try (RocksDbEnvironment environment =
            new RocksDbEnvironment(
                directory,
                new RocksDbSettings(
                    cache,
                    128 << 20,
                    64 << 20,
                    dirty,
                    RocksDbSettings.CHUNK,
                    RocksDbSettings.SPARE_BYTES,
                    true));
        KeyedStateBackend<Long> rocksDb = RocksDbStorage.open(context, environment);
        KeyedStateBackend<Long> heap = TableKeyedStateBackend.onHeap(context)) {
      fill(heap, keys);
      fill(rocksDb, keys);
      for (int round = 0; round < 4; round++) {
        measure("heap", heap, keys, updates, round);
        measure("rocksdb", rocksDb, keys, updates, round);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long cpu = threads.getCurrentThreadCpuTime();
        long start = System.nanoTime();
        KeyedCut cut = rocksDb.snapshot();
        double taken = (System.nanoTime() - start) / 1e6;
        long chunk = System.nanoTime();
        long longest = 0;
        int chunks = 0;
        while (rocksDb.goOnWithCut()) {
          longest = Math.max(longest, System.nanoTime() - chunk);
          chunk = System.nanoTime();
          chunks++;
        }
        System.out.printf(
            Locale.ROOT,
            "cut %.2f ms, then %,d chunks in %.0f ms (%.0f ms CPU), the longest %.1f ms%n",
            taken,
            chunks,
            (System.nanoTime() - start) / 1e6 - taken,
            (threads.getCurrentThreadCpuTime() - cpu) / 1e6,
            longest / 1e6);
        cut.close();
      }
    }
    Directories.delete(directory);
  }

  private static ValueState<Long> sum(KeyedStateBackend<Long> backend) {
    return backend.getState(new ValueStateDescriptor<>("sum", Long.class));
  }

  private static void fill(KeyedStateBackend<Long> backend, long keys) {
    ValueState<Long> state = sum(backend);
    for (long key = 0; key < keys; key++) {
      backend.setCurrentLongKey(key, KeyHash.ofLong(key));
      state.update(key);
      if ((key & 511) == 0) {
        backend.cleanUpSome();
      }
    }
  }

  private static void measure(
      String what, KeyedStateBackend<Long> backend, long keys, int updates, int round) {
    ValueState<Long> state = sum(backend);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = threads.getCurrentThreadAllocatedBytes();
    long wall = System.nanoTime();
    long cpu = threads.getCurrentThreadCpuTime();
    // Other keys each round, or a cache would have those of the round before.
    long seed = round * 0x9E3779B97F4A7C15L;
    for (int i = 0; i < updates; i++) {
      seed = seed * 6364136223846793005L + 1442695040888963407L;
      long key = (seed >>> 20) % keys;
      backend.setCurrentLongKey(key, KeyHash.ofLong(key));
      Long before = state.value();
      state.update((before == null ? 0 : before) + 1);
      if ((i & 511) == 511) {
        backend.cleanUpSome();
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%-8s %,d keys: %.1f ns CPU, %.1f ns wall, %.1f bytes an update%n",
        what,
        keys,
        (threads.getCurrentThreadCpuTime() - cpu) / (double) updates,
        (System.nanoTime() - wall) / (double) updates,
        (threads.getCurrentThreadAllocatedBytes() - allocated) / (double) updates);
  }
}
