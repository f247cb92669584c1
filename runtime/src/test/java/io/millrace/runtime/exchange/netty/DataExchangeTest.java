package io.millrace.runtime.exchange.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.runtime.exchange.ChannelEvent;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.ObjectLayout;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.id.ChannelId;
import io.millrace.runtime.id.CheckpointId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataExchangeTest {
  private static final ExchangeOptions.Limits SMALL =
      new ExchangeOptions.Limits(4096, 8192, 16384, 2048, 1024, 1 << 20);

  @ParameterizedTest
  @ValueSource(ints = {1, 16, 64})
  void keepsOrderAndContentOnEveryChannel(int channels) throws Exception {
    carry(channels, 100_000 / channels, new TwoProcesses());
  }

  @Test
  void worksOnTheFallbackTransport() throws Exception {
    carry(4, 20_000, new TwoProcesses(TwoProcesses.OPTIONS, Transport.nio()));
  }

  @Test
  void losesNoWakeUpWhenCreditAndQueueAreTiny() throws Exception {
    ExchangeOptions.Limits tiny = new ExchangeOptions.Limits(64, 64, 0, 64, 64, 1 << 20);
    carry(8, 5_000, new TwoProcesses(TwoProcesses.OPTIONS.withLimits(tiny)));
  }

  private static void carry(int channels, long records, TwoProcesses processes) throws Exception {
    try (processes;
        Tasks tasks = new Tasks()) {
      for (int c = 0; c < channels; c++) {
        int channel = c;
        Sending sending = new Sending(processes.output(c));
        Receiving receiving = new Receiving(processes.input(c));
        tasks.start(
            () -> {
              sending.pairs(channel, 0, records, 7 + channel * 7 % 512);
              sending.end();
              return null;
            });
        tasks.start(
            () -> {
              assertThat(receiving.pairs(channel)).isEqualTo(records);
              return null;
            });
      }
      tasks.join();
      ExchangeMetrics sent = processes.producer.metrics();
      await().untilAsserted(() -> assertThat(processes.producer.metrics().outputs()).isZero());
      ExchangeMetrics received = processes.consumer.metrics();
      assertThat(sent.connections()).isEqualTo(1);
      assertThat(sent.batchesOut()).isPositive().isEqualTo(received.batchesIn());
      assertThat(sent.eventsOut()).isEqualTo(channels);
      assertThat(received.bytesIn()).isGreaterThan(16L * channels * records);
    }
  }

  @Test
  void carriesBothWaysOnOneConnection() throws Exception {
    try (TwoProcesses processes = new TwoProcesses()) {
      Sending there = new Sending(processes.output(0));
      Receiving thereIn = new Receiving(processes.input(0));
      there.pairs(0, 0, 10, 10);
      there.end();
      assertThat(thereIn.pairs(0)).isEqualTo(10);
      ChannelId backId = new ChannelId(TwoProcesses.JOB, 2, 0, 0, 0);
      OutputChannel back = processes.consumer.openOutput(backId, Pair.codec());
      InputChannel backIn =
          processes.producer.openInput(
              backId, processes.consumer.host(), processes.consumer.port(), Pair.codec());
      Sending sending = new Sending(back);
      sending.pairs(0, 0, 10, 10);
      sending.end();
      assertThat(new Receiving(backIn).pairs(0)).isEqualTo(10);
      backIn.close();
      assertThat(processes.producer.metrics().connections()).isEqualTo(1);
      assertThat(processes.consumer.metrics().connections()).isEqualTo(1);
    }
  }

  @Test
  void eitherEndMayComeFirst() throws Exception {
    try (TwoProcesses processes = new TwoProcesses()) {
      Receiving early = new Receiving(processes.input(0));
      Sending late = new Sending(processes.output(0));
      late.pairs(0, 0, 5, 5);
      late.end();
      assertThat(early.pairs(0)).isEqualTo(5);

      Sending finished = new Sending(processes.output(1));
      finished.pairs(1, 0, 5, 5);
      finished.end();
      assertThat(new Receiving(processes.input(1)).pairs(1)).isEqualTo(5);
    }
  }

  @Test
  void keepsEventsInOrderWithData() throws Exception {
    try (TwoProcesses processes = new TwoProcesses(TwoProcesses.OPTIONS.withLimits(SMALL));
        Tasks tasks = new Tasks()) {
      OutputChannel output = processes.output(0);
      Sending sending = new Sending(output);
      Receiving receiving = new Receiving(processes.input(0));
      int rounds = 300;
      tasks.start(
          () -> {
            for (int round = 0; round < rounds; round++) {
              sending.pairs(0, round * 100L, round * 100L + 100, 100);
              output.sendEvent(new ChannelEvent.Barrier(new CheckpointId(round + 1), false, "chk"));
            }
            sending.end();
            return null;
          });
      long expected = 0;
      long barriers = 0;
      for (Object item = receiving.next();
          !(item instanceof ChannelEvent.EndOfData);
          item = receiving.next()) {
        if (item instanceof RecordBatch batch) {
          expected = Receiving.check(batch, 0, expected);
        } else {
          barriers++;
          assertThat(item)
              .isEqualTo(new ChannelEvent.Barrier(new CheckpointId(barriers), false, "chk"));
          assertThat(expected).isEqualTo(100 * barriers);
        }
      }
      assertThat(barriers).isEqualTo(rounds);
      tasks.join();
    }
  }

  @Test
  void carriesEveryKindOfEvent() throws Exception {
    try (TwoProcesses processes = new TwoProcesses()) {
      OutputChannel output = processes.output(0);
      Receiving receiving = new Receiving(processes.input(0));
      List<ChannelEvent> events =
          List.of(
              new ChannelEvent.Watermark(Long.MIN_VALUE),
              new ChannelEvent.Idleness(true),
              new ChannelEvent.Idleness(false),
              new ChannelEvent.Barrier(new CheckpointId(7), true, "chk"),
              new ChannelEvent.Watermark(Long.MAX_VALUE),
              new ChannelEvent.EndOfData(false),
              new ChannelEvent.Barrier(
                  new CheckpointId(8),
                  false,
                  "chk",
                  Optional.of(new CheckpointId(6)),
                  Optional.of(Duration.ofMillis(250))));
      List<Object> received = new ArrayList<>();
      for (ChannelEvent event : events) {
        output.sendEvent(event);
        received.add(receiving.next());
      }
      assertThat(received).isEqualTo(events);
    }
  }

  @Test
  void eventsNeedNoCredit() throws Exception {
    try (TwoProcesses processes = new TwoProcesses(TwoProcesses.OPTIONS.withLimits(SMALL))) {
      OutputChannel output = processes.output(0);
      InputChannel input = processes.input(0);
      await().until(() -> processes.producer.metrics().outputs() == 1);
      for (int i = 1; i <= 1000; i++) {
        output.sendEvent(new ChannelEvent.Barrier(new CheckpointId(i), false, "chk"));
      }
      await().until(() -> input.queued() == 1000);
    }
  }

  @Test
  void aBarrierTakesAlongWhatIsInFrontOfItWithoutCreditAndCanOvertakeItAtTheConsumer()
      throws Exception {
    try (TwoProcesses processes = new TwoProcesses(TwoProcesses.OPTIONS.withLimits(SMALL));
        Tasks tasks = new Tasks()) {
      NettyOutputChannel output = (NettyOutputChannel) processes.output(0);
      NettyInputChannel input = (NettyInputChannel) processes.input(0);
      Semaphore arrived = new Semaphore(0);
      input.onBarrier(barrier -> arrived.release());
      await().until(() -> processes.producer.metrics().outputs() == 1);
      long sent = 0;
      int checkpoint = 0;
      boolean writable = true;
      // The consumer may see the backlog and allow more for a while.
      while (checkpoint < 20 || writable && checkpoint < 500) {
        checkpoint++;
        // As much as is taken: without credit none of it would leave.
        for (RecordBatch batch = output.acquire(); batch != null; batch = output.acquire()) {
          Pair.add(batch, 0, sent, 1000 + sent);
          sent++;
          output.send(batch);
        }
        RecordBatch beyond = output.acquireOvershoot();
        Pair.add(beyond, 0, sent, 1000 + sent);
        sent++;
        output.send(beyond);
        CheckpointId id = new CheckpointId(checkpoint);
        output.sendEvent(new ChannelEvent.Barrier(id, false, "chk"));
        assertThat(arrived.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
        // Nothing was consumed, so all that was sent is still in flight.
        Overtaken overtaken = new Overtaken();
        input.overtake(id, overtaken);
        assertThat(overtaken.count).isEqualTo(sent);
        writable = output.isWritable();
      }
      assertThat(writable).isFalse();
      assertThat(input.queuedBytes()).isLessThan(8192 + 2048 + (checkpoint + 5) * 200);
      output.sendEvent(new ChannelEvent.EndOfData(true));
      output.close();
      assertThat(new Receiving(input).pairs(0)).isEqualTo(sent);
    }
  }

  /** Reads what is in flight, and finds it in order from the first. */
  private static final class Overtaken implements InputChannel.InFlight {
    private final BatchCodec codec = Pair.codec();
    private long count;

    @Override
    public void add(RecordBatch batch, int from) {
      throw new AssertionError("Frames are encoded");
    }

    @Override
    public void addEncoded(byte[] frame, int offset, int length) {
      count = Receiving.check(codec.decode(frame, offset, length), 0, count);
    }
  }

  @Test
  void closingAConsumerGivesBackWhatWasOvertaken() throws Exception {
    try (TwoProcesses processes = new TwoProcesses(TwoProcesses.OPTIONS.withLimits(SMALL))) {
      OutputChannel output = processes.output(0);
      InputChannel input = processes.input(0);
      Semaphore arrived = new Semaphore(0);
      input.onBarrier(barrier -> arrived.release());
      RecordBatch batch = output.acquire();
      Pair.add(batch, 0, 0, 1000);
      output.send(batch);
      output.sendEvent(new ChannelEvent.Barrier(new CheckpointId(1), false, "chk"));
      assertThat(arrived.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
      input.overtake(new CheckpointId(1), new Overtaken());
      assertThat(input.queued()).isEqualTo(1);
    }
  }

  @Test
  void ofWatermarksWithoutCreditTheLastIsKept() throws Exception {
    try (TwoProcesses processes = new TwoProcesses(TwoProcesses.OPTIONS.withLimits(SMALL))) {
      OutputChannel output = processes.output(0);
      InputChannel input = processes.input(0);
      await().until(() -> processes.producer.metrics().outputs() == 1);
      for (int i = 1; i <= 10_000; i++) {
        output.sendEvent(new ChannelEvent.Watermark(i));
      }
      output.sendEvent(new ChannelEvent.Barrier(new CheckpointId(1), false, "chk"));
      await()
          .untilAsserted(
              () -> assertThat(input.queued()).isEqualTo(4096 / WireFormat.EVENT_CHARGE + 2));
      Object last = null;
      Receiving receiving = new Receiving(input);
      for (Object item = receiving.next();
          !(item instanceof ChannelEvent.Barrier);
          item = receiving.next()) {
        last = item;
      }
      assertThat(last).isEqualTo(new ChannelEvent.Watermark(10_000));
    }
  }

  @Test
  void aSlowConsumerHoldsUpItsOwnChannelOnlyAndWithinBounds() throws Exception {
    try (TwoProcesses processes = new TwoProcesses(TwoProcesses.OPTIONS.withLimits(SMALL));
        Tasks tasks = new Tasks()) {
      NettyOutputChannel slow = (NettyOutputChannel) processes.output(0);
      NettyInputChannel slowIn = (NettyInputChannel) processes.input(0);
      Sending stuck = new Sending(slow);
      tasks.start(
          () -> {
            stuck.pairs(0, 0, 50_000, 20);
            stuck.end();
            return null;
          });
      Sending fast = new Sending(processes.output(1));
      Receiving fastIn = new Receiving(processes.input(1));
      tasks.start(
          () -> {
            fast.pairs(1, 0, 200_000, 512);
            fast.end();
            return null;
          });
      assertThat(fastIn.pairs(1)).isEqualTo(200_000);
      await().until(() -> !slow.isWritable());
      int frame = 20 * 16 + 64;
      assertThat(slowIn.queuedBytes()).isBetween(4096L, 4096L + frame);
      assertThat(slow.credit().queued()).isBetween(1L, 2048L + frame);
      assertThat(new Receiving(slowIn).pairs(0)).isEqualTo(50_000);
      tasks.join();
    }
  }

  @Test
  void aBlockedChannelGetsNoFurtherCredit() throws Exception {
    try (TwoProcesses processes = new TwoProcesses(TwoProcesses.OPTIONS.withLimits(SMALL));
        Tasks tasks = new Tasks()) {
      NettyOutputChannel output = (NettyOutputChannel) processes.output(0);
      InputChannel input = processes.input(0);
      input.setBlocked(true);
      Sending sending = new Sending(output);
      tasks.start(
          () -> {
            sending.pairs(0, 0, 10_000, 20);
            sending.end();
            return null;
          });
      await().until(() -> processes.producer.metrics().batchesOut() > 0 && !output.isWritable());
      // All that was allowed is taken, as a task does that has not met the barrier yet.
      long expected = 0;
      long taken = 0;
      for (Object item = input.poll(); item != null; item = input.poll()) {
        taken += ((RecordBatch) item).size;
        expected = Receiving.check((RecordBatch) item, 0, expected);
      }
      // A round trip on another channel: a credit given before it would have arrived.
      Sending other = new Sending(processes.output(1));
      Receiving otherIn = new Receiving(processes.input(1));
      other.pairs(1, 0, 1, 1);
      other.end();
      assertThat(otherIn.pairs(1)).isEqualTo(1);
      assertThat(input.poll()).isNull();
      assertThat(output.credit().available()).isNotPositive();
      assertThat(taken).isBetween(4096L / 40, 4096L / 16);

      input.setBlocked(false);
      Receiving receiving = new Receiving(input);
      for (Object item = receiving.next();
          item instanceof RecordBatch batch;
          item = receiving.next()) {
        expected = Receiving.check(batch, 0, expected);
      }
      assertThat(expected).isEqualTo(10_000);
      tasks.join();
    }
  }

  @Test
  void recordsLargerThanEveryAllowancePass() throws Exception {
    ExchangeOptions.Limits limits =
        new ExchangeOptions.Limits(4096, 8192, 16384, 2048, 1024, 8 << 20);
    BatchCodec out = BatchCodec.of(ObjectLayout.ofObjects(Pair.BYTES), Pair.class.getClassLoader());
    BatchCodec in = BatchCodec.of(ObjectLayout.ofObjects(Pair.BYTES), Pair.class.getClassLoader());
    try (TwoProcesses processes = new TwoProcesses(TwoProcesses.OPTIONS.withLimits(limits));
        Tasks tasks = new Tasks()) {
      OutputChannel output = processes.output(0, out);
      Sending sending = new Sending(output);
      Receiving receiving = new Receiving(processes.input(0, in));
      int[] sizes = {5_000_000, 1, 100_000, 7, 7_000_000, 3};
      tasks.start(
          () -> {
            for (int round = 0; round < 3; round++) {
              RecordBatch batch = sending.acquire();
              for (int size : sizes) {
                byte[] value = new byte[size];
                value[size - 1] = (byte) size;
                ((ObjectBatch) batch).values[batch.size++] = value;
              }
              output.send(batch);
            }
            sending.end();
            return null;
          });
      int seen = 0;
      for (Object item = receiving.next();
          item instanceof RecordBatch batch;
          item = receiving.next()) {
        for (int i = 0; i < batch.size; i++) {
          byte[] value = (byte[]) ((ObjectBatch) batch).values[i];
          assertThat(value).hasSize(sizes[seen % sizes.length]);
          assertThat(value[value.length - 1]).isEqualTo((byte) value.length);
          seen++;
        }
        batch.release();
      }
      assertThat(seen).isEqualTo(18);
      tasks.join();
    }
  }

  @Test
  void overshootIsTakenWhileNotWritable() throws Exception {
    try (TwoProcesses processes = new TwoProcesses(TwoProcesses.OPTIONS.withLimits(SMALL))) {
      OutputChannel output = processes.output(0);
      InputChannel input = processes.input(0);
      long next = 0;
      for (int round = 0; round < 100; round++) {
        RecordBatch batch = output.acquireOvershoot();
        while (!batch.isFull()) {
          Pair.add(batch, 0, next, 1000 + next);
          next++;
        }
        output.send(batch);
      }
      assertThat(output.isWritable()).isFalse();
      assertThat(output.acquire()).isNull();
      RecordBatch beyond = output.acquireOvershoot();
      assertThat(output.adopt(beyond)).isFalse();
      Receiving receiving = new Receiving(input);
      long taken = 0;
      while (!output.adopt(beyond)) {
        taken = Receiving.check((RecordBatch) receiving.next(), 0, taken);
      }
      assertThat(taken).isLessThan(next);
      Pair.add(beyond, 0, next, 1000 + next);
      next++;
      output.send(beyond);
      output.sendEvent(new ChannelEvent.EndOfData(false));
      for (Object item = receiving.next();
          item instanceof RecordBatch batch;
          item = receiving.next()) {
        taken = Receiving.check(batch, 0, taken);
      }
      assertThat(taken).isEqualTo(next);
    }
  }
}
