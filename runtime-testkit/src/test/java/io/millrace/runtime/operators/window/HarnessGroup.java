package io.millrace.runtime.operators.window;

import io.millrace.core.function.OutputTag;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.operators.OperatorFactory;
import io.millrace.testkit.Emitted;
import io.millrace.testkit.HarnessSnapshot;
import io.millrace.testkit.OperatorHarness;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** All subtasks of one keyed operator. */
public final class HarnessGroup<O> implements AutoCloseable {
  public record Bid(long key, long value) {}

  static final OutputTag<Bid> LATE = new OutputTag<>("late", Bid.class);

  private final OperatorFactory factory;
  private final boolean refuseRoom;
  private List<OperatorHarness<Long, Bid, O>> subtasks = List.of();
  private int lateBefore;
  private int stops;

  HarnessGroup(OperatorFactory factory, int parallelism, boolean refuseRoom) throws Exception {
    this.factory = factory;
    this.refuseRoom = refuseRoom;
    start(parallelism, List.of());
  }

  private void start(int parallelism, List<HarnessSnapshot> snapshots) throws Exception {
    List<OperatorHarness<Long, Bid, O>> started = new ArrayList<>();
    for (int i = 0; i < parallelism; i++) {
      OperatorHarness<Long, Bid, O> subtask =
          OperatorHarness.<Long, Bid, O>of(factory)
              .keyedBy(Bid::key, TypeInformation.of(Long.class))
              .subtask(i, parallelism)
              .restore(snapshots)
              .open();
      started.add(refuseRoom ? subtask.refuseRoomAfterEveryRecord() : subtask);
    }
    subtasks = started;
  }

  int parallelism() {
    return subtasks.size();
  }

  int ownerOf(long key) {
    for (int i = 0; i < subtasks.size(); i++) {
      if (subtasks.get(i).owns(key)) {
        return i;
      }
    }
    throw new AssertionError("Nobody owns key " + key);
  }

  void process(Bid bid, long timestamp) throws Exception {
    subtasks.get(ownerOf(bid.key())).process(bid, timestamp);
  }

  void watermark(int subtask, long watermark) throws Exception {
    subtasks.get(subtask).watermark(watermark);
  }

  List<Emitted<O>> takeOutput() {
    return subtasks.stream().flatMap(subtask -> subtask.takeOutput().stream()).toList();
  }

  int late() {
    return lateBefore
        + subtasks.stream().mapToInt(subtask -> subtask.sideOutput(LATE).size()).sum();
  }

  int stops() {
    return stops + subtasks.stream().mapToInt(OperatorHarness::stops).sum();
  }

  void restoreAt(int parallelism, Random random) throws Exception {
    List<HarnessSnapshot> snapshots = new ArrayList<>();
    for (OperatorHarness<Long, Bid, O> subtask : subtasks) {
      snapshots.add(subtask.snapshot());
    }
    Collections.shuffle(snapshots, random);
    lateBefore = late();
    stops = stops();
    close();
    start(parallelism, snapshots);
  }

  @Override
  public void close() {
    for (OperatorHarness<Long, Bid, O> subtask : subtasks) {
      subtask.close();
    }
    subtasks = List.of();
  }
}
