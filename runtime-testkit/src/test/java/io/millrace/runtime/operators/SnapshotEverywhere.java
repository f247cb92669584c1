package io.millrace.runtime.operators;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.function.KeySelector;
import io.millrace.core.state.StateBackend;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.classloading.UserObjects;
import io.millrace.runtime.state.KeyGroups;
import io.millrace.runtime.state.heap.KeyedBackends;
import io.millrace.runtime.state.rocksdb.RocksDbEnvironment;
import io.millrace.runtime.state.rocksdb.RocksDbSettings;
import io.millrace.testkit.HarnessSnapshot;
import io.millrace.testkit.OperatorHarness;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Feeds an operator a list of steps, takes a snapshot before each and restores it at parallelism 1,
 * 2 and 3, where the rest of the steps follows: each step must bring what it brings in a run that
 * nobody disturbs. Snapshots are taken and restored on either backend.
 *
 * @param <K> key
 * @param <I> records of the first input
 */
public final class SnapshotEverywhere<K, I> implements AutoCloseable {
  /** So small a cache that most of the state is in the database only. */
  private static final RocksDbSettings SMALL =
      new RocksDbSettings(2 << 10, 8 << 20, 4 << 20, 8, 4, 1 << 10, false);

  private final OperatorFactory factory;
  private final KeySelector<I, K> selector;
  private final TypeInformation<K> keyType;
  private final Path directory;
  private final RocksDbEnvironment rocksDb;
  private boolean twoInputs;

  /** What happens to the operator. */
  public sealed interface Step {}

  /** A record of the first input. */
  public record First<K, I>(K key, I value, long timestamp) implements Step {}

  /** A record of the second input. */
  public record Second<K>(K key, Object value, long timestamp) implements Step {}

  /** Event time at all subtasks. */
  public record Watermark(long time) implements Step {}

  /** Processing time at all subtasks. */
  public record Clock(long time) implements Step {}

  public SnapshotEverywhere(
      OperatorFactory factory, KeySelector<I, K> selector, TypeInformation<K> keyType)
      throws IOException {
    this.factory = factory;
    this.selector = selector;
    this.keyType = keyType;
    this.directory = Files.createTempDirectory("millrace-snapshot-test-");
    this.rocksDb = new RocksDbEnvironment(directory, SMALL);
  }

  /** For an operator with two inputs, which are given keys. */
  public SnapshotEverywhere<K, I> ofTwoInputs() {
    twoInputs = true;
    return this;
  }

  /**
   * @param every how far snapshots are apart that are restored in RocksDB, of which opening takes
   *     time; on the heap all are
   * @return how many snapshots were restored
   */
  public int check(List<? extends Step> steps, Random random, int every) throws Exception {
    List<List<String>> wanted = new ArrayList<>();
    try (Subtasks undisturbed = new Subtasks(1, StateBackend.HEAP, List.of(), 0)) {
      for (Step step : steps) {
        wanted.add(undisturbed.take(step));
      }
    }
    assertThat(wanted.stream().mapToInt(List::size).sum()).as("results").isPositive();
    int restores = 0;
    for (StateBackend backend : StateBackend.values()) {
      int parallelism = 1 + random.nextInt(3);
      try (Subtasks first = new Subtasks(parallelism, backend, List.of(), 0)) {
        for (int position = 0; position < steps.size(); position++) {
          List<HarnessSnapshot> snapshots = first.snapshot();
          for (int next = 1; next <= 3; next++) {
            restores += goOn(snapshots, next, StateBackend.HEAP, first, steps, position, wanted);
            if (position % every == next % every) {
              restores +=
                  goOn(snapshots, next, StateBackend.ROCKSDB, first, steps, position, wanted);
            }
          }
          assertThat(first.take(steps.get(position)))
              .as("%s at step %s, %s, snapshots were taken", backend, position, steps.get(position))
              .isEqualTo(wanted.get(position));
        }
      }
    }
    return restores;
  }

  /** Subtasks have each a function of their own, as those of a job. */
  private OperatorFactory shipped() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(factory);
    }
    return (OperatorFactory)
        UserObjects.read(
            bytes.toByteArray(), SnapshotEverywhere.class.getClassLoader(), "The operator");
  }

  private int goOn(
      List<HarnessSnapshot> snapshots,
      int parallelism,
      StateBackend backend,
      Subtasks before,
      List<? extends Step> steps,
      int position,
      List<List<String>> wanted)
      throws Exception {
    try (Subtasks restored = new Subtasks(parallelism, backend, snapshots, before.clock)) {
      for (int i = position; i < steps.size(); i++) {
        assertThat(restored.take(steps.get(i)))
            .as(
                "%s snapshot of %s before step %s, restored in %s at parallelism %s, step %s, %s",
                before.backend,
                before.subtasks.size(),
                position,
                backend,
                parallelism,
                i,
                steps.get(i))
            .isEqualTo(wanted.get(i));
      }
    }
    return 1;
  }

  /** All subtasks of the operator. */
  private final class Subtasks implements AutoCloseable {
    private final List<OperatorHarness<K, I, Object>> subtasks = new ArrayList<>();
    private final StateBackend backend;
    private long clock;

    Subtasks(int parallelism, StateBackend backend, List<HarnessSnapshot> restored, long clock)
        throws Exception {
      this.backend = backend;
      this.clock = clock;
      KeyedBackends backends = backend == StateBackend.HEAP ? KeyedBackends.onHeap() : rocksDb;
      for (int i = 0; i < parallelism; i++) {
        subtasks.add(
            OperatorHarness.<K, I, Object>of(shipped())
                .keyedBy(selector, keyType)
                .subtask(i, parallelism)
                .backend(backends, backend)
                .clock(clock)
                .restore(restored)
                .open());
      }
    }

    /** What a step brings, in an order of its own: that of keys is not said. */
    @SuppressWarnings("unchecked")
    List<String> take(Step step) throws Exception {
      if (step instanceof First<?, ?> first) {
        OperatorHarness<K, I, Object> owner = owner((K) first.key());
        if (twoInputs) {
          owner.process1(Optional.of((K) first.key()), (I) first.value(), first.timestamp());
        } else {
          owner.process((I) first.value(), first.timestamp());
        }
      } else if (step instanceof Second<?> second) {
        owner((K) second.key())
            .process2(Optional.of((K) second.key()), second.value(), second.timestamp());
      } else if (step instanceof Watermark watermark) {
        for (OperatorHarness<K, I, Object> subtask : subtasks) {
          subtask.watermark(watermark.time());
        }
      } else if (step instanceof Clock now) {
        clock = now.time();
        for (OperatorHarness<K, I, Object> subtask : subtasks) {
          subtask.processingTime(now.time());
        }
      }
      return subtasks.stream()
          .flatMap(subtask -> subtask.takeOutput().stream())
          .map(Object::toString)
          .sorted()
          .toList();
    }

    private OperatorHarness<K, I, Object> owner(K key) {
      KeyCodec<K> codec = keyType.keyCodec();
      int group = KeyGroups.groupOf(codec.hash(key), OperatorHarness.KEY_GROUPS);
      return subtasks.get(KeyGroups.subtaskOf(group, subtasks.size(), OperatorHarness.KEY_GROUPS));
    }

    List<HarnessSnapshot> snapshot() throws Exception {
      List<HarnessSnapshot> snapshots = new ArrayList<>();
      for (OperatorHarness<K, I, Object> subtask : subtasks) {
        snapshots.add(subtask.snapshot());
      }
      return snapshots;
    }

    @Override
    public void close() {
      subtasks.forEach(OperatorHarness::close);
    }
  }

  @Override
  public void close() throws IOException {
    rocksDb.close();
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
    Files.delete(directory);
  }
}
