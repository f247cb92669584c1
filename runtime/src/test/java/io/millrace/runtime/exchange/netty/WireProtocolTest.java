package io.millrace.runtime.exchange.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.runtime.exchange.ChannelEvent;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.id.ChannelId;
import io.netty.buffer.ByteBuf;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** An exchange against peers that do not keep the protocol. */
class WireProtocolTest {
  /** What a faulty producer does once it has been asked for a channel. */
  private interface Producer {
    void run(FakePeer peer, WireFormat.OpenRequest request) throws Exception;
  }

  private static Throwable consumerFailure(Producer producer) throws Exception {
    try (ServerSocket server = FakePeer.listen();
        TwoProcesses processes = new TwoProcesses()) {
      InputChannel input =
          processes.consumer.openInput(
              TwoProcesses.channel(0), "127.0.0.1", server.getLocalPort(), Pair.codec());
      try (FakePeer peer = FakePeer.accept(server)) {
        WireFormat.OpenRequest request = peer.greetAndTakeRequest(server.getLocalPort());
        assertThat(request.id()).isEqualTo(TwoProcesses.channel(0));
        producer.run(peer, request);
        Receiving receiving = new Receiving(input);
        try {
          while (true) {
            if (receiving.next() instanceof RecordBatch batch) {
              batch.release();
            }
          }
        } catch (ExchangeException e) {
          assertThat(e).hasMessageContaining(TwoProcesses.channel(0).toString());
          return e;
        } finally {
          input.close();
        }
      }
    }
  }

  private static ByteBuf data(int records) {
    BatchCodec codec = Pair.codec();
    RecordBatch batch = codec.newBatch();
    for (int i = 0; i < records; i++) {
      Pair.add(batch, 0, i, i);
    }
    codec.encode(batch, 0, Integer.MAX_VALUE);
    return WireFormat.data(FakePeer.MEMORY, codec.encoded());
  }

  private static ByteBuf event(ChannelEvent event) {
    return WireFormat.event(FakePeer.MEMORY, event);
  }

  @Test
  void aGapInTheSequenceFails() throws Exception {
    assertThat(
            consumerFailure(
                (peer, request) -> {
                  peer.send(data(1), request.number(), 0);
                  peer.send(data(1), request.number(), 2);
                }))
        .hasMessageContaining("Frame 2")
        .hasMessageContaining("instead of 1");
  }

  @Test
  void aRepeatedFrameFails() throws Exception {
    assertThat(
            consumerFailure(
                (peer, request) -> {
                  peer.send(data(1), request.number(), 0);
                  peer.send(data(1), request.number(), 0);
                }))
        .hasMessageContaining("Frame 0")
        .hasMessageContaining("instead of 1");
  }

  @Test
  void dataWithoutCreditFails() throws Exception {
    assertThat(
            consumerFailure(
                (peer, request) -> {
                  int sequence = 0;
                  for (long sent = 0; sent < 4 * request.credit(); sent += 8000) {
                    peer.send(data(500), request.number(), sequence++);
                  }
                }))
        .hasMessageContaining("without credit");
  }

  @Test
  void recordsAfterTheEndOfDataFail() throws Exception {
    assertThat(
            consumerFailure(
                (peer, request) -> {
                  peer.send(event(new ChannelEvent.EndOfData(true)), request.number(), 0);
                  peer.send(data(1), request.number(), 1);
                }))
        .hasMessageContaining("after its end of data");
  }

  @Test
  void aConnectionThatEndsAfterTheEndOfDataButWithoutCloseFails() throws Exception {
    assertThat(
            consumerFailure(
                (peer, request) -> {
                  peer.send(event(new ChannelEvent.EndOfData(true)), request.number(), 0);
                  peer.close();
                }))
        .hasMessageContaining("lost");
  }

  @Test
  void aFrameLongerThanAllowedIsRefusedBeforeItIsAllocated() throws Exception {
    assertThat(
            consumerFailure(
                (peer, request) ->
                    peer.sendBytes(new byte[] {0x7f, -1, -1, -1, WireFormat.DATA, 0, 0})))
        .hasMessageContaining("2147483646 bytes");
  }

  @Test
  void anUnknownTypeFails() throws Exception {
    assertThat(consumerFailure((peer, request) -> peer.sendBytes(new byte[] {0, 0, 0, 1, 99})))
        .hasMessageContaining("type 99");
  }

  @Test
  void aFrameForAChannelNeverOpenedFails() throws Exception {
    assertThat(consumerFailure((peer, request) -> peer.send(data(1), 17, 0)))
        .hasMessageContaining("Channel number 17");
  }

  @Test
  void corruptFramesFailCleanly() throws Exception {
    Random random = new Random(42);
    try (ServerSocket server = FakePeer.listen();
        TwoProcesses processes = new TwoProcesses()) {
      for (int round = 0; round < 200; round++) {
        InputChannel input =
            processes.consumer.openInput(
                TwoProcesses.channel(round), "127.0.0.1", server.getLocalPort(), Pair.codec());
        try (FakePeer peer = FakePeer.accept(server)) {
          int number = peer.greetAndTakeRequest(server.getLocalPort()).number();
          List<ByteBuf> frames = new ArrayList<>();
          for (int i = 0; i < 5; i++) {
            ByteBuf frame =
                random.nextBoolean()
                    ? data(1 + random.nextInt(50))
                    : event(new ChannelEvent.Watermark(i));
            WireFormat.stamp(frame, number, i, 0);
            frames.add(frame);
          }
          for (ByteBuf frame : frames) {
            byte[] bytes = FakePeer.bytes(frame);
            if (random.nextInt(3) == 0) {
              int at = random.nextInt(Math.min(bytes.length, 24));
              bytes[at] = (byte) random.nextInt();
            }
            peer.sendBytes(bytes);
          }
        }
        // Whatever arrived, the channel ends in one clear failure.
        Receiving receiving = new Receiving(input);
        assertThatThrownBy(
                () -> {
                  while (true) {
                    if (receiving.next() instanceof RecordBatch batch) {
                      batch.release();
                    }
                  }
                })
            .isInstanceOf(ExchangeException.class);
        input.close();
        await()
            .pollInterval(Duration.ofMillis(1))
            .until(() -> processes.consumer.metrics().connections() == 0);
      }
      assertThat(processes.consumer.metrics().inputs()).isZero();
    }
  }

  @Test
  void aConsumerThatTalksNonsenseHurtsOnlyItself() throws Exception {
    Random random = new Random(43);
    try (TwoProcesses processes = new TwoProcesses()) {
      int port = processes.producer.port();
      for (int round = 0; round < 200; round++) {
        OutputChannel output = processes.output(1000 + round);
        new Sending(output).pairs(0, 0, 1, 1);
        try (FakePeer peer = FakePeer.dial(port)) {
          peer.send(WireFormat.hello(FakePeer.MEMORY, FakePeer.hello(1 + round)));
          peer.receive(WireFormat.HELLO);
          WireFormat.OpenRequest request =
              new WireFormat.OpenRequest(0, output0(round), 1 + random.nextInt(100_000));
          List<ByteBuf> frames =
              List.of(
                  WireFormat.open(FakePeer.MEMORY, request),
                  WireFormat.credit(FakePeer.MEMORY, 0, 1000),
                  WireFormat.cancel(FakePeer.MEMORY, 0));
          try {
            for (ByteBuf frame : frames) {
              byte[] bytes = FakePeer.bytes(frame);
              if (random.nextBoolean()) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
              }
              peer.sendBytes(bytes);
            }
          } catch (SocketException e) {
            // It has hung up on us.
          }
        }
        output.close();
      }
      Sending sound = new Sending(processes.output(0));
      sound.pairs(0, 0, 10, 10);
      sound.end();
      assertThat(new Receiving(processes.input(0)).pairs(0)).isEqualTo(10);
      await().until(() -> processes.producer.metrics().connections() == 1);
    }
  }

  private static ChannelId output0(int round) {
    return TwoProcesses.channel(1000 + round);
  }

  @Test
  void somethingElseOnThePortIsHungUpOn() throws Exception {
    try (TwoProcesses processes = new TwoProcesses();
        FakePeer peer = FakePeer.dial(processes.producer.port())) {
      peer.sendBytes("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      peer.awaitEnd();
    }
  }

  @Test
  void anotherFormatVersionIsRefusedByName() throws Exception {
    try (TwoProcesses processes = new TwoProcesses();
        FakePeer peer = FakePeer.dial(processes.producer.port())) {
      ByteBuf hello = WireFormat.hello(FakePeer.MEMORY, FakePeer.hello(1));
      hello.setShort(WireFormat.PREFIX + 4, 9);
      peer.send(hello);
      assertThat(WireFormat.readText(peer.receive(WireFormat.REFUSED)))
          .contains("exchange format 9")
          .contains("0.1-test");
      peer.awaitEnd();
    }
  }
}
