package io.millrace.runtime.exchange.netty;

import io.millrace.core.types.CorruptDataException;
import io.netty.buffer.ByteBuf;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** The channels a connection sends, and the requests that wait for theirs. On its event loop. */
final class ConnectionOutputs {
  private final ExchangeContext context;
  private final PeerConnection connection;
  private final IntObjectMap<NettyOutputChannel> attached = new IntObjectHashMap<>();
  private final IntObjectMap<OutputRegistry.Waiting> requests = new IntObjectHashMap<>();
  private final SendQueue sending = new SendQueue();
  private int next;

  ConnectionOutputs(ExchangeContext context, PeerConnection connection) {
    this.context = context;
    this.connection = connection;
  }

  int size() {
    return attached.size();
  }

  /** The peer wants a channel: it gets it as soon as the producer is there. */
  void requested(WireFormat.OpenRequest request, PeerAddress self) {
    if (request.number() != next) {
      throw new CorruptDataException("Channel number " + request.number() + " instead of " + next);
    }
    next++;
    OutputRegistry.Waiting waiting = new OutputRegistry.Waiting(connection, request);
    Optional<NettyOutputChannel> output;
    try {
      output = context.outputs().request(waiting);
    } catch (ExchangeException e) {
      decline(request, e.getMessage());
      return;
    }
    if (output.isPresent()) {
      attach(output.get(), request);
      return;
    }
    requests.put(request.number(), waiting);
    long millis = context.options().openTimeout().toMillis();
    ScheduledFuture<?> unused =
        connection
            .loop()
            .schedule(() -> expire(waiting, self, millis), millis, TimeUnit.MILLISECONDS);
  }

  private void expire(OutputRegistry.Waiting waiting, PeerAddress self, long millis) {
    if (context.outputs().withdraw(waiting)) {
      requests.remove(waiting.request().number());
      decline(
          waiting.request(),
          "its producer was not deployed at " + self + " within " + millis + " ms");
      connection.drain();
    }
  }

  private void decline(WireFormat.OpenRequest request, String reason) {
    ByteBuf frame = WireFormat.close(context.allocator(), WireFormat.ABORTED, reason);
    WireFormat.stamp(frame, request.number(), 0, 0);
    connection.write(frame);
  }

  /** The output that the request had waited for. */
  void attachAwaited(NettyOutputChannel output, WireFormat.OpenRequest request) {
    requests.remove(request.number());
    if (connection.isOpen()) {
      attach(output, request);
    } else {
      output.fail(
          ExchangeException.peerGone(
              "Channel " + output.id() + ": " + connection.name() + " was lost before"));
    }
  }

  private void attach(NettyOutputChannel output, WireFormat.OpenRequest request) {
    attached.put(request.number(), output);
    context.counters().outputs.incrementAndGet();
    output.attached(connection, request.number(), request.credit());
    activate(output);
  }

  /** The peer wants nothing more on a channel. */
  void cancelled(int number) {
    PeerConnection.requireKnown(number, next);
    OutputRegistry.Waiting waiting = requests.remove(number);
    if (waiting == null) {
      cancelOutput(number);
    } else if (!context.outputs().withdraw(waiting)) {
      // Its output is on its way here: attached first, then cancelled.
      connection.loop().execute(() -> cancelOutput(number));
    }
  }

  private void cancelOutput(int number) {
    NettyOutputChannel output = attached.get(number);
    if (output != null) {
      output.cancelled();
      forget(output);
    }
  }

  void granted(int number, long bytes) {
    PeerConnection.requireKnown(number, next);
    if (bytes <= 0) {
      throw new CorruptDataException("A credit of " + bytes + " bytes");
    }
    NettyOutputChannel output = attached.get(number);
    if (output != null) {
      output.granted(bytes);
      activate(output);
    }
  }

  void forget(NettyOutputChannel output) {
    if (attached.remove(output.number(), output)) {
      context.counters().outputs.decrementAndGet();
    }
  }

  /** The output may have something to send. */
  void activate(NettyOutputChannel output) {
    if (connection.isOpen()) {
      sending.add(output);
    }
  }

  boolean wantToSend() {
    return !sending.isEmpty();
  }

  void transmitNext() {
    sending.transmitNext(connection);
  }

  /** The connection is gone. */
  void fail(Throwable cause) {
    List<NettyOutputChannel> all = new ArrayList<>(attached.values());
    context.counters().outputs.addAndGet(-all.size());
    context.outputs().withdrawAll(connection);
    sending.clear();
    attached.clear();
    requests.clear();
    all.forEach(output -> output.fail(PeerConnection.channelFailure(output.id(), cause)));
  }
}
