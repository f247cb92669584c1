package io.millrace.runtime.exchange.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.types.CorruptDataException;
import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * One channel's two accounts with everything between them in the test's hand: a seed chooses which
 * of task, loops and consumer makes the next step, down to the single reads and writes of a refused
 * task and the loop that would wake it.
 */
class CreditSimulationTest {
  private static final int SEEDS = 400;
  private static final int STEPS = 5_000;

  @Test
  void conservesCreditLosesNoWakeUpAndDeliversEverything() {
    long parked = 0;
    long overshoots = 0;
    long overdrafts = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      Channel channel = new Channel(new Random(seed));
      try {
        for (int step = 0; step < STEPS; step++) {
          channel.step();
          channel.check();
        }
        channel.finish();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("Seed " + seed, e);
      }
      parked += channel.parkings;
      overshoots += channel.overshoots;
      overdrafts += channel.overdrafts;
    }
    // The interesting states were met.
    assertThat(parked).isGreaterThan(SEEDS);
    assertThat(overshoots).isGreaterThan(SEEDS);
    assertThat(overdrafts).isGreaterThan(SEEDS);
  }

  @Test
  void dataWithoutCreditIsFound() {
    ReceiverCredit credit = new ReceiverCredit(100, 25);
    credit.received(99, true);
    credit.received(500, true);
    assertThatThrownBy(() -> credit.received(1, true))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("without credit");
    credit.received(1, false);
  }

  @Test
  void consumingMoreThanWasReceivedIsFound() {
    ReceiverCredit credit = new ReceiverCredit(100, 25);
    assertThatThrownBy(() -> credit.grant(1, false)).isInstanceOf(IllegalStateException.class);
  }

  private record Frame(int charge, boolean data, boolean barrier) {}

  private static final class Channel {
    private static final long LIMIT = 300;
    private final Random random;
    private final long base;
    private final long step;
    private final SenderCredit sender = new SenderCredit(LIMIT);
    private final ReceiverCredit receiver;
    private final ArrayDeque<Frame> queue = new ArrayDeque<>();
    private final ArrayDeque<Frame> wire = new ArrayDeque<>();
    private final ArrayDeque<Long> grants = new ArrayDeque<>();
    private final ArrayDeque<Frame> waiting = new ArrayDeque<>();
    private long highestAllowance;
    private long consumed;
    private long reported;
    private boolean blocked;
    private boolean reportPending;
    private boolean refused;
    private boolean woken;
    private int taskAt;
    private boolean wakeUpDue;
    private long producedFrames;
    private long consumedFrames;
    private int largest = 1;
    long parkings;
    long overshoots;
    long overdrafts;
    private int barriersQueued;

    Channel(Random random) {
      this.random = random;
      this.base = 4L + random.nextInt(1000);
      this.step = Math.max(1, base / 4);
      this.receiver = new ReceiverCredit(base, step);
      this.highestAllowance = base;
      sender.granted(base);
    }

    void step() {
      switch (random.nextInt(8)) {
        case 0, 1 -> task();
        case 2 -> transmit();
        case 3 -> receive();
        case 4 -> consume();
        case 5 -> grantArrives();
        case 6 -> serviceReceiver();
        default -> seldom();
      }
    }

    private void seldom() {
      switch (random.nextInt(6)) {
        case 0 -> {
          blocked = !blocked;
          reportPending = true;
        }
        case 1 -> {
          long allowance = blocked ? base : base + random.nextInt(2000);
          highestAllowance = Math.max(highestAllowance, allowance);
          receiver.resize(allowance);
        }
        case 2 -> {
          // The task's own thread sends events, so never in the middle of an acquire.
          if (taskAt == 0 || taskAt == 3) {
            produce(false);
          }
        }
        case 3 -> {
          if (taskAt == 0 || taskAt == 3) {
            produce(false, true);
          }
        }
        default -> wakeUp();
      }
    }

    /** The task's acquire, cut into its single reads and writes. */
    private void task() {
      switch (taskAt) {
        case 0 -> {
          if (sender.writable()) {
            produce(true);
          } else {
            taskAt = 1;
          }
        }
        case 1 -> {
          refused = true;
          taskAt = 2;
        }
        case 2 -> {
          if (sender.writable()) {
            refused = false;
            produce(true);
            taskAt = 0;
          } else {
            parkings++;
            // A wake-up since the refusal counts, as it does for a task that is still running.
            taskAt = woken ? 0 : 3;
            woken = false;
          }
        }
        default -> {
          // Parked until woken.
        }
      }
    }

    private void produce(boolean data) {
      produce(data, false);
    }

    private void produce(boolean data, boolean barrier) {
      barriersQueued += barrier ? 1 : 0;
      int charge = data ? 1 + random.nextInt(random.nextInt(50) == 0 ? 5000 : 100) : 32;
      largest = Math.max(largest, charge);
      queue.add(new Frame(charge, data, barrier));
      sender.produced(charge);
      producedFrames++;
    }

    private void transmit() {
      Frame head = queue.peek();
      if (head == null || (head.data && !sender.maySend() && barriersQueued == 0)) {
        return;
      }
      queue.remove();
      barriersQueued -= head.barrier ? 1 : 0;
      boolean ahead = head.data && !sender.maySend();
      if (ahead) {
        sender.overdrawn(head.charge);
        overdrafts++;
      }
      if (!head.data && !head.barrier && random.nextBoolean()) {
        sender.dropped(head.charge);
        consumedFrames++;
      } else {
        sender.sent(head.charge);
        wire.add(ahead ? new Frame(head.charge, true, true) : head);
        if (sender.available() < 0) {
          overshoots++;
        }
      }
      wakeUpDue = true;
    }

    private void grantArrives() {
      Long grant = grants.poll();
      if (grant != null) {
        sender.granted(grant);
        wakeUpDue = true;
      }
    }

    /** What the loop does some time after each change. */
    private void wakeUp() {
      if (wakeUpDue) {
        wakeUpDue = false;
        if (refused && sender.writable()) {
          refused = false;
          if (taskAt == 3) {
            taskAt = 0;
          } else {
            woken = true;
          }
        }
      }
    }

    private void receive() {
      Frame frame = wire.poll();
      if (frame != null) {
        receiver.received(frame.charge, frame.data && !frame.barrier);
        waiting.add(frame);
      }
    }

    private void consume() {
      Frame frame = waiting.poll();
      if (frame != null) {
        consumed += frame.charge;
        consumedFrames++;
        if (consumed - reported >= step) {
          reported = consumed;
          reportPending = true;
        }
      }
    }

    private void serviceReceiver() {
      if (reportPending) {
        reportPending = false;
        long grant = receiver.grant(consumed, blocked);
        if (grant > 0) {
          assertThat(blocked).isFalse();
          grants.add(grant);
        }
      }
    }

    /** FC3, and the bounds that follow from it. */
    void check() {
      long inFlight = wire.stream().mapToLong(Frame::charge).sum();
      long granting = grants.stream().mapToLong(Long::longValue).sum();
      assertThat(
              sender.available()
                  + granting
                  + inFlight
                  + receiver.queued(consumed)
                  + receiver.unannounced(consumed))
          .isEqualTo(receiver.allowance());
      assertThat(sender.queued()).isEqualTo(queue.stream().mapToLong(Frame::charge).sum());
      long data = wire.stream().filter(Frame::data).mapToLong(Frame::charge).sum();
      long dataWaiting = waiting.stream().filter(Frame::data).mapToLong(Frame::charge).sum();
      // Barriers may bring as much again as may be queued, and a frame, without credit.
      assertThat(data + dataWaiting)
          .isLessThanOrEqualTo(highestAllowance + largest + LIMIT + 2L * largest);
    }

    /** With everybody going on, all that was produced arrives and the task is not left parked. */
    void finish() {
      blocked = false;
      reportPending = true;
      long target = producedFrames + 50;
      for (int round = 0; producedFrames < target || consumedFrames < producedFrames; round++) {
        if (round > 1_000_000) {
          throw new AssertionError("Stuck at " + consumedFrames + " of " + producedFrames);
        }
        if (producedFrames < target) {
          task();
        }
        transmit();
        wakeUp();
        receive();
        consume();
        serviceReceiver();
        grantArrives();
        wakeUp();
        check();
      }
    }
  }
}
