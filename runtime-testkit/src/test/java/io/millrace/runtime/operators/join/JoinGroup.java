package io.millrace.runtime.operators.join;

import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.operators.OperatorFactory;
import io.millrace.testkit.Emitted;
import io.millrace.testkit.HarnessSnapshot;
import io.millrace.testkit.OperatorHarness;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** All subtasks of one join of two sides. */
final class JoinGroup<O> implements AutoCloseable {
  /** A record of the left side; flat in state. */
  record Left(long key, long value) {}

  /** A record of the right side; an object in state. */
  record Right(String key, long value) {}

  private final OperatorFactory factory;
  private final boolean refuseRoom;
  private List<OperatorHarness<Long, Left, O>> subtasks = List.of();
  private long lateBefore;
  private int stops;

  JoinGroup(OperatorFactory factory, int parallelism, boolean refuseRoom) throws Exception {
    this.factory = factory;
    this.refuseRoom = refuseRoom;
    start(parallelism, List.of());
  }

  private void start(int parallelism, List<HarnessSnapshot> snapshots) throws Exception {
    List<OperatorHarness<Long, Left, O>> started = new ArrayList<>();
    for (int i = 0; i < parallelism; i++) {
      OperatorHarness<Long, Left, O> subtask =
          OperatorHarness.<Long, Left, O>of(factory)
              .keyedBy(Left::key, TypeInformation.of(Long.class))
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

  void left(long key, long value, long timestamp) throws Exception {
    subtasks.get(ownerOf(key)).process1(Optional.of(key), new Left(key, value), timestamp);
  }

  void right(long key, long value, long timestamp) throws Exception {
    Right record = new Right(Long.toString(key), value);
    subtasks.get(ownerOf(key)).process2(Optional.of(key), record, timestamp);
  }

  void watermark(int subtask, long watermark) throws Exception {
    subtasks.get(subtask).watermark(watermark);
  }

  List<Emitted<O>> takeOutput() {
    return subtasks.stream().flatMap(subtask -> subtask.takeOutput().stream()).toList();
  }

  long late() {
    return lateBefore
        + subtasks.stream().mapToLong(subtask -> subtask.counter("lateRecordsDropped")).sum();
  }

  int stops() {
    return stops + subtasks.stream().mapToInt(OperatorHarness::stops).sum();
  }

  void restoreAt(int parallelism, Random random) throws Exception {
    List<HarnessSnapshot> snapshots = new ArrayList<>();
    for (OperatorHarness<Long, Left, O> subtask : subtasks) {
      snapshots.add(subtask.snapshot());
    }
    Collections.shuffle(snapshots, random);
    lateBefore = late();
    stops = stops();
    close();
    start(parallelism, snapshots);
  }

  @Override
  public void close() throws Exception {
    for (OperatorHarness<Long, Left, O> subtask : subtasks) {
      subtask.close();
    }
    subtasks = List.of();
  }
}
