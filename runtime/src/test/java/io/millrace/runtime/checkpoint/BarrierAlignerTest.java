package io.millrace.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.id.CheckpointId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BarrierAlignerTest {
  private static final CheckpointId ONE = new CheckpointId(1);
  private static final CheckpointId TWO = new CheckpointId(2);
  private static final CheckpointId THREE = new CheckpointId(3);

  private final BarrierAligner aligner = new BarrierAligner(3);

  @Test
  void completesWhenTheBarrierHasComeOnEveryChannel() {
    AlignmentResult first = aligner.onBarrier(1, ONE);
    assertThat(first.block()).containsExactly(1);
    assertThat(first.completed()).isEmpty();
    assertThat(aligner.onBarrier(0, ONE).block()).containsExactly(0);
    assertThat(aligner.isBlocked(0)).isTrue();
    assertThat(aligner.pending()).contains(ONE);

    AlignmentResult last = aligner.onBarrier(2, ONE);
    assertThat(last.completed()).contains(ONE);
    assertThat(last.block()).isEmpty();
    assertThat(last.resume()).containsExactly(0, 1);
    assertThat(aligner.pending()).isEmpty();
    assertThat(aligner.isBlocked(0)).isFalse();
  }

  @Test
  void oneChannelIsNeverBlocked() {
    AlignmentResult result = new BarrierAligner(1).onBarrier(0, ONE);
    assertThat(result)
        .isEqualTo(
            new AlignmentResult(
                List.of(), Optional.empty(), Optional.of(ONE), List.of(), List.of()));
  }

  @Test
  void ba2StaleBarrierIsDroppedAndItsChannelStaysOpen() {
    for (int i = 0; i < 3; i++) {
      aligner.onBarrier(i, TWO);
    }
    assertThat(aligner.onBarrier(0, ONE)).isEqualTo(AlignmentResult.NOTHING);
    assertThat(aligner.onBarrier(0, TWO)).isEqualTo(AlignmentResult.NOTHING);
    assertThat(aligner.isBlocked(0)).isFalse();

    aligner.onBarrier(1, THREE);
    assertThat(aligner.onBarrier(0, TWO)).isEqualTo(AlignmentResult.NOTHING);
    assertThat(aligner.pending()).contains(THREE);
  }

  @Test
  void ba3NewerBarrierAbortsThePendingAlignment() {
    aligner.onBarrier(0, ONE);
    aligner.onBarrier(1, ONE);
    AlignmentResult newer = aligner.onBarrier(2, TWO);
    assertThat(newer.abandoned()).contains(ONE);
    assertThat(newer.resume()).containsExactly(0, 1);
    assertThat(newer.block()).containsExactly(2);
    assertThat(aligner.pending()).contains(TWO);
    aligner.onBarrier(0, TWO);
    assertThat(aligner.onBarrier(1, TWO).completed()).contains(TWO);
  }

  @Test
  void ba3OlderAndNewerMayComeInEitherOrderOnTwoChannels() {
    aligner.onBarrier(0, TWO);
    assertThat(aligner.onBarrier(1, ONE)).isEqualTo(AlignmentResult.NOTHING);
    assertThat(aligner.onBarrier(2, ONE)).isEqualTo(AlignmentResult.NOTHING);
    aligner.onBarrier(1, TWO);
    AlignmentResult last = aligner.onBarrier(2, TWO);
    assertThat(last.completed()).contains(TWO);
    assertThat(last.resume()).containsExactly(0, 1);
  }

  @Test
  void ba4ClosedChannelCountsAsAligned() {
    aligner.onBarrier(0, ONE);
    assertThat(aligner.onChannelClosed(1)).isEqualTo(AlignmentResult.NOTHING);
    AlignmentResult closing = aligner.onChannelClosed(2);
    assertThat(closing.completed()).contains(ONE);
    assertThat(closing.resume()).containsExactly(0);
    assertThat(aligner.onBarrier(0, TWO).completed()).contains(TWO);
  }

  @Test
  void ba4ClosingAnAlignedChannelDoesNotCompleteTheOthers() {
    aligner.onBarrier(0, ONE);
    assertThat(aligner.onChannelClosed(0)).isEqualTo(AlignmentResult.NOTHING);
    assertThat(aligner.onBarrier(1, ONE).block()).containsExactly(1);
    assertThat(aligner.onBarrier(2, ONE).completed()).contains(ONE);
  }

  @Test
  void ba7AbortBeforeTheFirstBarrierKeepsTheCheckpointFromStarting() {
    assertThat(aligner.onAbort(TWO)).isEqualTo(AlignmentResult.NOTHING);
    assertThat(aligner.onBarrier(0, TWO)).isEqualTo(AlignmentResult.NOTHING);
    assertThat(aligner.onBarrier(1, ONE)).isEqualTo(AlignmentResult.NOTHING);
    assertThat(aligner.onBarrier(0, THREE).block()).containsExactly(0);
  }

  @Test
  void ba7AbortReleasesThePendingAlignmentAndLaterBarriersAreDropped() {
    aligner.onBarrier(0, TWO);
    AlignmentResult abort = aligner.onAbort(TWO);
    assertThat(abort.abandoned()).contains(TWO);
    assertThat(abort.resume()).containsExactly(0);
    assertThat(aligner.onBarrier(1, TWO)).isEqualTo(AlignmentResult.NOTHING);
    assertThat(aligner.onBarrier(2, TWO)).isEqualTo(AlignmentResult.NOTHING);
  }

  @Test
  void abortOfAnOlderCheckpointLeavesTheNewerOneAlone() {
    aligner.onBarrier(0, TWO);
    assertThat(aligner.onAbort(ONE)).isEqualTo(AlignmentResult.NOTHING);
    assertThat(aligner.isBlocked(0)).isTrue();
  }

  @Test
  void refusesTheSameBarrierTwiceOnAChannel() {
    aligner.onBarrier(0, ONE);
    assertThatThrownBy(() -> aligner.onBarrier(0, ONE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("channel 0");
  }

  @Test
  void ba5AnOverdueCheckpointIsTakenAtOnceAndWhatComesUntilTheBarriersIsPartOfIt() {
    aligner.onBarrier(1, ONE);
    AlignmentResult result = aligner.onOverdue(ONE);
    assertThat(result.completed()).contains(ONE);
    assertThat(result.overtaken()).containsExactly(0, 2);
    assertThat(result.resume()).containsExactly(1);
    assertThat(aligner.isOvertaken(0)).isTrue();
    assertThat(aligner.isOvertaken(1)).isFalse();
    assertThat(aligner.awaits(2, ONE)).isTrue();

    assertThat(aligner.onBarrier(0, ONE)).isEqualTo(AlignmentResult.NOTHING);
    assertThat(aligner.isOvertaken(0)).isFalse();
    assertThat(aligner.isCaptured()).isFalse();
    assertThat(aligner.onBarrier(2, ONE)).isEqualTo(AlignmentResult.NOTHING);
    assertThat(aligner.isCaptured()).isTrue();
  }

  @Test
  void ba5ItMayBeOverdueBeforeAnyOfItsBarriersIsPolled() {
    AlignmentResult result = new BarrierAligner(1).onOverdue(ONE);
    assertThat(result.completed()).contains(ONE);
    assertThat(result.overtaken()).containsExactly(0);
  }

  @Test
  void ba11StrictChannelsAreAlignedHoweverLongThatTakes() {
    BitSet strict = new BitSet();
    strict.set(2);
    BarrierAligner some = new BarrierAligner(3, strict);
    some.onBarrier(0, ONE);
    assertThat(some.onOverdue(ONE).completed()).isEmpty();
    assertThat(some.isBlocked(0)).isTrue();
    AlignmentResult result = some.onBarrier(2, ONE);
    assertThat(result.completed()).contains(ONE);
    assertThat(result.overtaken()).containsExactly(1);
    assertThat(result.resume()).containsExactly(0);
    // The next one is not overdue because this one was.
    some.onBarrier(1, ONE);
    some.onBarrier(2, TWO);
    assertThat(some.pending()).contains(TWO);
  }

  @Test
  void ba3ANewerBarrierOrAnAbortEndsWhatWasOvertaken() {
    aligner.onOverdue(ONE);
    assertThat(aligner.onAbort(ONE).abandoned()).contains(ONE);
    assertThat(aligner.isCaptured()).isTrue();

    aligner.onOverdue(TWO);
    AlignmentResult newer = aligner.onBarrier(0, THREE);
    assertThat(newer.abandoned()).contains(TWO);
    assertThat(newer.block()).containsExactly(0);
    assertThat(aligner.isOvertaken(1)).isFalse();
    assertThat(aligner.onBarrier(1, TWO)).isEqualTo(AlignmentResult.NOTHING);
  }

  @Test
  void ba7WhatIsOverIsNotOverdue() {
    aligner.onAbort(TWO);
    assertThat(aligner.onOverdue(ONE)).isEqualTo(AlignmentResult.NOTHING);
    assertThat(aligner.onOverdue(TWO)).isEqualTo(AlignmentResult.NOTHING);
    aligner.onOverdue(THREE);
    assertThat(aligner.onOverdue(THREE)).isEqualTo(AlignmentResult.NOTHING);
  }

  @Test
  void ba4AClosedChannelIsNotWaitedFor() {
    aligner.onChannelClosed(0);
    assertThat(aligner.onOverdue(ONE).overtaken()).containsExactly(1, 2);
    aligner.onChannelClosed(1);
    aligner.onBarrier(2, ONE);
    assertThat(aligner.isCaptured()).isTrue();
  }

  /** Channels are FIFO and deliver nothing while blocked; aborts come at any time. */
  @Test
  void everyInterleavingSnapshotsInOrderAndLeavesNoChannelBlocked() {
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      int channels = 1 + random.nextInt(4);
      BarrierAligner machine = new BarrierAligner(channels);
      List<Deque<CheckpointId>> queues = new ArrayList<>();
      for (int c = 0; c < channels; c++) {
        queues.add(new ArrayDeque<>());
        for (long id = 1; id <= 6; id++) {
          // A barrier may be missing where its producer had learned of the abort in time.
          if (id == 6 || random.nextInt(4) > 0) {
            queues.get(c).add(new CheckpointId(id));
          }
        }
      }
      Set<Integer> blocked = new HashSet<>();
      Set<CheckpointId> aborted = new HashSet<>();
      List<CheckpointId> completed = new ArrayList<>();
      for (int step = 0; step < 10_000; step++) {
        List<Integer> ready = new ArrayList<>();
        for (int c = 0; c < channels; c++) {
          if (!blocked.contains(c) && !queues.get(c).isEmpty()) {
            ready.add(c);
          }
        }
        AlignmentResult result;
        if (seed % 2 == 1 && random.nextInt(8) == 0) {
          result = machine.onOverdue(new CheckpointId(1 + random.nextInt(6)));
        } else if (random.nextInt(10) == 0) {
          CheckpointId id = new CheckpointId(1 + random.nextInt(5));
          aborted.add(id);
          result = machine.onAbort(id);
        } else if (ready.isEmpty()) {
          break;
        } else {
          int channel = ready.get(random.nextInt(ready.size()));
          CheckpointId id = queues.get(channel).poll();
          result = machine.onBarrier(channel, id);
        }
        blocked.addAll(result.block());
        result.completed().ifPresent(completed::add);
        assertThat(result.completed().isPresent() || result.overtaken().isEmpty()).isTrue();
        result.completed().ifPresent(id -> assertThat(aborted).doesNotContain(id));
        assertThat(blocked).containsAll(result.resume());
        result.resume().forEach(blocked::remove);
        for (int c = 0; c < channels; c++) {
          assertThat(machine.isBlocked(c)).isEqualTo(blocked.contains(c));
          assertThat(machine.isBlocked(c) && machine.isOvertaken(c)).isFalse();
        }
      }
      assertThat(blocked).as("seed %s", seed).isEmpty();
      assertThat(completed).isSorted().doesNotHaveDuplicates().contains(new CheckpointId(6));
    }
  }
}
