package io.millrace.testkit.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.source.Boundedness;
import io.millrace.core.time.WatermarkStrategy;
import io.millrace.runtime.operators.SourceOperatorFactory;
import io.millrace.runtime.state.CorruptStateException;
import io.millrace.runtime.state.StateHandles.Blob;
import io.millrace.testkit.Emitted;
import io.millrace.testkit.HarnessSnapshot;
import io.millrace.testkit.OperatorHarness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** W1: a split's watermark is its own promise, and goes with it over a restore. */
class SplitWatermarksTest {
  private static final long NONE = Long.MIN_VALUE;
  private static final List<Long> NOTHING_LEFT = List.of(100L, 90L);

  /** What the splits have before the snapshot. */
  private static final Map<String, List<Long>> BEFORE =
      Map.of("a", NOTHING_LEFT, "b", List.of(50L), "c", List.of());

  @Test
  void aSplitWithNothingLeftDoesNotHoldTheWatermarkAfterARestore() throws Exception {
    List<HarnessSnapshot> snapshot = List.of(snapshotOf(BEFORE, "a", "b"));
    Map<String, List<Long>> more = Map.of("a", NOTHING_LEFT, "b", List.of(50L, 70L, 200L));
    try (OperatorHarness<Long, Long, Long> restored = harness(more, 0, 1, snapshot)) {
      assertThat(restored.madeWatermark()).as("before it reads anything").isEqualTo(39);
      restored.pollAll();
      assertThat(restored.madeWatermark()).as("a's promise").isEqualTo(89);
    }
  }

  @Test
  void atAnotherParallelismTheWatermarkIsWhereTheSplitIs() throws Exception {
    List<HarnessSnapshot> snapshots =
        List.of(snapshotOf(BEFORE, "a", "b"), snapshotOf(BEFORE, "c"));
    List<Long> made = new ArrayList<>();
    for (int subtask = 0; subtask < 3; subtask++) {
      try (OperatorHarness<Long, Long, Long> restored = harness(BEFORE, subtask, 3, snapshots)) {
        restored.pollAll();
        made.add(restored.madeWatermark());
      }
    }
    assertThat(made).containsExactlyInAnyOrder(89L, 39L, NONE);
    try (OperatorHarness<Long, Long, Long> restored = harness(BEFORE, 0, 1, snapshots)) {
      restored.pollAll();
      assertThat(restored.madeWatermark()).as("c has promised nothing").isEqualTo(NONE);
    }
  }

  @Test
  void aPromiseOutlivesASecondRestoreWithoutARecordInBetween() throws Exception {
    HarnessSnapshot first = snapshotOf(BEFORE, "a");
    HarnessSnapshot second;
    try (OperatorHarness<Long, Long, Long> restored = harness(BEFORE, 0, 1, List.of(first))) {
      second = restored.snapshot();
    }
    try (OperatorHarness<Long, Long, Long> restored = harness(BEFORE, 0, 1, List.of(second))) {
      assertThat(restored.madeWatermark()).isEqualTo(89);
    }
  }

  /** Read in two halves with a restore in between at every place, or at once: the same is late. */
  @Test
  void aRestoreMakesNothingLateThatWasNotLate() throws Exception {
    List<Long> a = List.of(10L, 100L, 95L, 93L, 130L, 85L, 200L);
    List<Long> b = List.of(60L, 20L, 65L, 140L, 131L);
    for (int readOfA = 0; readOfA <= a.size(); readOfA++) {
      for (int readOfB = 0; readOfB <= b.size(); readOfB++) {
        Map<String, List<Long>> half =
            Map.of("a", a.subList(0, readOfA), "b", b.subList(0, readOfB));
        Map<String, List<Long>> all = Map.of("a", a, "b", b);
        long atOnce;
        long before;
        HarnessSnapshot snapshot;
        try (OperatorHarness<Long, Long, Long> whole = harness(half, 0, 1, List.of())) {
          assign(whole, "a", "b");
          whole.pollAll();
          before = whole.madeWatermark();
          snapshot = whole.snapshot();
        }
        try (OperatorHarness<Long, Long, Long> whole = harness(all, 0, 1, List.of())) {
          assign(whole, "a", "b");
          whole.pollAll();
          atOnce = whole.madeWatermark();
        }
        try (OperatorHarness<Long, Long, Long> restored = harness(all, 0, 1, List.of(snapshot))) {
          assertThat(restored.madeWatermark()).isEqualTo(before);
          restored.pollAll();
          assertThat(restored.madeWatermark()).isEqualTo(atOnce);
          assertThat(restored.takeOutput().stream().map(Emitted::value))
              .hasSize(a.size() - readOfA + b.size() - readOfB);
        }
      }
    }
  }

  /** Whatever its serializer says of them, they are in memory: another try would be the same. */
  @Test
  void anAssignedSplitThatCannotBeReadIsNoMatterOfAnyStateFile() throws Exception {
    try (OperatorHarness<Long, Long, Long> harness = harness(BEFORE, 0, 1, List.of())) {
      assertThatThrownBy(() -> harness.assign(List.of(new Blob(1, new byte[] {77}))))
          .isNotInstanceOf(CorruptStateException.class);
    }
  }

  @Test
  void aRestoredSplitBecomesIdleAsAnyOther() throws Exception {
    List<HarnessSnapshot> snapshot = List.of(snapshotOf(BEFORE, "a", "c"));
    Map<String, List<Long>> more = Map.of("a", List.of(100L, 90L, 300L), "c", List.of());
    try (OperatorHarness<Long, Long, Long> restored = harness(more, 0, 1, snapshot)) {
      restored.pollAll();
      assertThat(restored.madeWatermark()).as("c holds it").isEqualTo(NONE);
      restored.processingTime(1_000);
      assertThat(restored.isIdle()).isTrue();
    }
  }

  /** W2: only what may stay silent for ever is idle; this one is told soon what comes next. */
  @Test
  void aReaderWithoutSplitsIsIdleUnlessItsSourceEnds() throws Exception {
    for (Boundedness boundedness : Boundedness.values()) {
      try (OperatorHarness<Long, Long, Long> harness =
          OperatorHarness.<Long, Long, Long>of(
                  new SourceOperatorFactory<>(
                      new ListedSource(Map.of(), boundedness), WatermarkStrategy.noWatermarks()))
              .subtask(0, 1)
              .open()) {
        assertThat(harness.isIdle()).as("not told anything yet").isFalse();
        harness.assign(List.of());
        assertThat(harness.isIdle()).isEqualTo(boundedness != Boundedness.BOUNDED);
      }
    }
  }

  /** What one subtask with these splits has when it has read all. */
  private static HarnessSnapshot snapshotOf(Map<String, List<Long>> records, String... splits)
      throws Exception {
    try (OperatorHarness<Long, Long, Long> harness = harness(records, 0, 1, List.of())) {
      assign(harness, splits);
      harness.pollAll();
      return harness.snapshot();
    }
  }

  private static void assign(OperatorHarness<Long, Long, Long> harness, String... splits)
      throws Exception {
    ListedSource source = new ListedSource(Map.of());
    List<Blob> blobs = new ArrayList<>();
    for (String split : splits) {
      blobs.add(new Blob(1, source.splitSerializer().serialize(new ListedSource.Split(split, 0))));
    }
    harness.assign(blobs);
  }

  private static OperatorHarness<Long, Long, Long> harness(
      Map<String, List<Long>> records, int subtask, int of, List<HarnessSnapshot> snapshots)
      throws Exception {
    return OperatorHarness.<Long, Long, Long>of(
            new SourceOperatorFactory<>(
                new ListedSource(records),
                WatermarkStrategy.forBoundedOutOfOrderness(Duration.ofMillis(10))))
        .subtask(subtask, of)
        .restore(snapshots)
        .open();
  }
}
