package io.millrace.runtime.exchange.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.runtime.exchange.ChannelEvent;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.ObjectLayout;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.id.ChannelId;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ExchangeFailureTest {
  private static final ExchangeOptions IMPATIENT =
      TwoProcesses.OPTIONS.withTimeouts(Duration.ofSeconds(5), Duration.ofMillis(100));

  @Test
  void aLostConnectionFailsBothEndsNamingPeerAndChannel() throws Exception {
    try (TwoProcesses processes = new TwoProcesses(IMPATIENT);
        Tasks tasks = new Tasks();
        CuttableProxy proxy = new CuttableProxy(processes.producer.port())) {
      OutputChannel output = processes.output(0);
      InputChannel input =
          processes.consumer.openInput(
              TwoProcesses.channel(0), "127.0.0.1", proxy.port(), Pair.codec());
      Sending sending = new Sending(output);
      tasks.start(
          () -> {
            assertThatThrownBy(() -> sending.pairs(0, 0, Long.MAX_VALUE, 100))
                .isInstanceOf(ExchangeException.class)
                .hasMessageContaining(TwoProcesses.channel(0).toString())
                .rootCause()
                .isNotNull();
            return null;
          });
      Receiving receiving = new Receiving(input);
      long expected = 0;
      while (expected < 50_000) {
        expected = Receiving.check((RecordBatch) receiving.next(), 0, expected);
      }
      proxy.cut();
      long seen = expected;
      assertThatThrownBy(
              () -> {
                long next = seen;
                while (true) {
                  next = Receiving.check((RecordBatch) receiving.next(), 0, next);
                }
              })
          .isInstanceOf(ExchangeException.class)
          .hasMessageContaining(TwoProcesses.channel(0).toString())
          .hasMessageContaining("TaskManager 127.0.0.1:" + proxy.port())
          .hasMessageContaining("lost");
      tasks.join();
      assertThat(output.failure().orElseThrow())
          .hasMessageContaining("127.0.0.1:" + processes.consumer.port());
      input.close();

      // FC14: the same channel does not go on over a new connection; a new attempt does.
      InputChannel again =
          processes.consumer.openInput(
              TwoProcesses.channel(0), "127.0.0.1", proxy.port(), Pair.codec());
      assertThatThrownBy(() -> new Receiving(again).next()).hasMessageContaining("not deployed");
      again.close();
      ChannelId next = new ChannelId(TwoProcesses.JOB, 1, 0, 0, 1);
      Sending second = new Sending(processes.producer.openOutput(next, Pair.codec()));
      InputChannel secondIn =
          processes.consumer.openInput(next, "127.0.0.1", proxy.port(), Pair.codec());
      second.pairs(0, 0, 100, 10);
      second.end();
      assertThat(new Receiving(secondIn).pairs(0)).isEqualTo(100);
      secondIn.close();
    }
  }

  @Test
  void aProducerThatIsNotDeployedInTimeFailsTheInput() {
    try (TwoProcesses processes = new TwoProcesses(IMPATIENT)) {
      Receiving receiving = new Receiving(processes.input(0));
      assertThatThrownBy(receiving::next)
          .isInstanceOf(ExchangeException.class)
          .hasMessageContaining(TwoProcesses.channel(0).toString())
          .hasMessageContaining("not deployed at 127.0.0.1:" + processes.producer.port())
          .hasMessageContaining("100 ms");
    }
  }

  @Test
  void whatNoConsumerComesForIsDropped() throws Exception {
    try (TwoProcesses processes = new TwoProcesses(IMPATIENT)) {
      Sending sending = new Sending(processes.output(0));
      sending.pairs(0, 0, 1, 1);
      sending.end();
      await().until(() -> TwoProcesses.activeAllocations(processes.producerMemory) == 0);
    }
  }

  @Test
  void aPeerThatIsNotThereFailsTheInput() throws Exception {
    // Bound but not listening, and held: a port that was free a moment ago may be one of the two
    // processes' own.
    try (Socket deaf = new Socket();
        TwoProcesses processes = new TwoProcesses()) {
      deaf.bind(new InetSocketAddress("127.0.0.1", 0));
      int port = deaf.getLocalPort();
      InputChannel input =
          processes.consumer.openInput(TwoProcesses.channel(0), "127.0.0.1", port, Pair.codec());
      assertThatThrownBy(() -> new Receiving(input).next())
          .hasMessageContaining("Can't connect to TaskManager 127.0.0.1:" + port)
          .hasMessageContaining(TwoProcesses.channel(0).toString());
      input.close();
    }
  }

  @Test
  void aPeerThatSaysNothingFailsTheInput() throws Exception {
    try (ServerSocket silent = FakePeer.listen();
        TwoProcesses processes =
            new TwoProcesses(
                TwoProcesses.OPTIONS.withTimeouts(
                    Duration.ofMillis(100), Duration.ofSeconds(10)))) {
      InputChannel input =
          processes.consumer.openInput(
              TwoProcesses.channel(0), "127.0.0.1", silent.getLocalPort(), Pair.codec());
      assertThatThrownBy(() -> new Receiving(input).next())
          .hasMessageContaining("did not greet in time");
      input.close();
    }
  }

  @Test
  void anotherClusterIsRefused() {
    refused(
        new ExchangeOptions.Identity("cluster-2", TwoProcesses.OPTIONS.identity().build()),
        "another cluster");
  }

  @Test
  void anotherBuildIsRefusedByName() {
    refused(
        new ExchangeOptions.Identity(TwoProcesses.OPTIONS.identity().cluster(), "0.2-other"),
        "0.2-other");
  }

  private static void refused(ExchangeOptions.Identity identity, String why) {
    try (TwoProcesses processes = new TwoProcesses();
        DataExchange stranger = DataExchange.start(ExchangeOptions.of(identity))) {
      OutputChannel output = processes.output(0);
      InputChannel input =
          stranger.openInput(
              TwoProcesses.channel(0), "127.0.0.1", processes.producer.port(), Pair.codec());
      assertThatThrownBy(() -> new Receiving(input).next())
          .isInstanceOf(ExchangeException.class)
          .hasMessageContaining("refused")
          .hasMessageContaining(why);
      assertThat(output.failure()).isEmpty();
      input.close();
    }
  }

  @Test
  void aConsumerThatClosesSilencesItsProducer() throws Exception {
    try (TwoProcesses processes = new TwoProcesses()) {
      OutputChannel output = processes.output(0);
      InputChannel input = processes.input(0);
      AtomicInteger woken = new AtomicInteger();
      output.onWritable(woken::incrementAndGet);
      fill(output);
      input.close();
      await().until(() -> woken.get() > 0);
      await().until(() -> processes.producer.metrics().outputs() == 0);
      for (int i = 0; i < 1000; i++) {
        RecordBatch batch = output.acquire();
        Pair.add(batch, 0, i, i);
        output.send(batch);
        output.sendEvent(new ChannelEvent.Watermark(i));
      }
      assertThat(output.failure()).isEmpty();
      assertThat(processes.consumer.metrics().connections()).isEqualTo(1);
    }
  }

  /** Until it takes no more and nothing moves: all credit is spent. */
  private static void fill(OutputChannel output) {
    await()
        .until(
            () -> {
              for (RecordBatch batch = output.acquire(); batch != null; batch = output.acquire()) {
                while (!batch.isFull()) {
                  Pair.add(batch, 0, 0, 0);
                }
                output.send(batch);
              }
              return ((NettyOutputChannel) output).credit().available() <= 0;
            });
  }

  @Test
  void aConsumerMayCloseBeforeItsProducerIsThere() throws Exception {
    try (TwoProcesses processes = new TwoProcesses()) {
      InputChannel input = processes.input(0);
      await().until(() -> processes.consumer.metrics().inputs() == 1);
      input.close();
      await().until(() -> processes.consumer.metrics().inputs() == 0);
      // The request is withdrawn: the next one for the channel is not refused as a second one.
      Receiving again = new Receiving(processes.input(0));
      Sending sending = new Sending(processes.output(0));
      sending.pairs(0, 0, 3, 3);
      sending.end();
      assertThat(again.pairs(0)).isEqualTo(3);
    }
  }

  @Test
  void aProducerThatStopsEarlyFailsItsConsumer() throws Exception {
    try (TwoProcesses processes = new TwoProcesses()) {
      OutputChannel output = processes.output(0);
      Receiving receiving = new Receiving(processes.input(0));
      new Sending(output).pairs(0, 0, 10, 10);
      assertThat(Receiving.check((RecordBatch) receiving.next(), 0, 0)).isEqualTo(10);
      output.close();
      assertThatThrownBy(receiving::next)
          .isInstanceOf(ExchangeException.class)
          .hasMessageContaining("stopped before the end of its data");
      // Others on the connection don't notice.
      Sending other = new Sending(processes.output(1));
      other.pairs(1, 0, 10, 10);
      other.end();
      assertThat(new Receiving(processes.input(1)).pairs(1)).isEqualTo(10);
    }
  }

  @Test
  void aRecordBeyondTheLimitIsRefusedByTheSender() {
    ExchangeOptions.Limits limits = new ExchangeOptions.Limits(4096, 4096, 0, 4096, 1024, 8192);
    try (TwoProcesses processes = new TwoProcesses(TwoProcesses.OPTIONS.withLimits(limits))) {
      BatchCodec codec =
          BatchCodec.of(ObjectLayout.ofObjects(Pair.BYTES), Pair.class.getClassLoader());
      OutputChannel output = processes.output(0, codec);
      RecordBatch batch = output.acquire();
      ((ObjectBatch) batch).values[batch.size++] = new byte[9000];
      assertThatThrownBy(() -> output.send(batch))
          .isInstanceOf(ExchangeException.class)
          .hasMessageContaining("maxFrameBytes")
          .hasMessageContaining(TwoProcesses.channel(0).toString());
      assertThat(batch.size).isZero();
    }
  }

  @Test
  void closingTheExchangeFailsEveryChannelAndLeaksNothing() throws Exception {
    try (TwoProcesses processes = new TwoProcesses()) {
      OutputChannel attached = processes.output(0);
      OutputChannel alone = processes.output(1);
      Receiving receiving = new Receiving(processes.input(0));
      new Sending(attached).pairs(0, 0, 10, 10);
      new Sending(alone).pairs(1, 0, 10, 10);
      receiving.next();
      processes.producer.close();
      assertThatThrownBy(attached::acquire).isInstanceOf(ExchangeException.class);
      assertThatThrownBy(alone::acquire).isInstanceOf(ExchangeException.class);
      RecordBatch late = attached.acquireOvershoot();
      Pair.add(late, 0, 0, 0);
      attached.send(late);
      alone.sendEvent(new ChannelEvent.Watermark(1));
      assertThatThrownBy(receiving::next).hasMessageContaining("lost");
      assertThatThrownBy(() -> processes.output(2)).hasMessageContaining("closed");
    }
  }

  @Test
  void aPortInUseIsNamed() {
    try (TwoProcesses processes = new TwoProcesses()) {
      int port = processes.producer.port();
      assertThatThrownBy(
              () -> DataExchange.start(TwoProcesses.OPTIONS.withAddress("127.0.0.1", port)))
          .isInstanceOf(ExchangeException.class)
          .hasMessageContaining("127.0.0.1:" + port)
          .hasMessageContaining("choose another port");
    }
  }

  @Test
  void aChannelIsOpenedOnce() {
    try (TwoProcesses processes = new TwoProcesses()) {
      processes.output(0);
      assertThatThrownBy(() -> processes.output(0)).hasMessageContaining("opened before");
    }
  }
}
