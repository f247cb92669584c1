package io.millrace.runtime.exchange.netty;

import io.millrace.core.types.CorruptDataException;
import io.netty.buffer.ByteBuf;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.ArrayList;
import java.util.List;

/** The channels a connection receives. On its event loop. */
final class ConnectionInputs {
  private final ExchangeContext context;
  private final PeerConnection connection;
  private final IntObjectMap<NettyInputChannel> opened = new IntObjectHashMap<>();
  private final List<NettyInputChannel> waiting = new ArrayList<>();
  private int next;

  ConnectionInputs(ExchangeContext context, PeerConnection connection) {
    this.context = context;
    this.connection = connection;
  }

  int size() {
    return opened.size() + waiting.size();
  }

  /** To be requested when the connection is ready. */
  void await(NettyInputChannel input) {
    waiting.add(input);
  }

  void requestAwaited() {
    List<NettyInputChannel> now = List.copyOf(waiting);
    waiting.clear();
    now.forEach(this::request);
  }

  void request(NettyInputChannel input) {
    if (input.isClosed()) {
      return;
    }
    int number = next++;
    opened.put(number, input);
    context.counters().inputs.incrementAndGet();
    connection.write(WireFormat.open(context.allocator(), input.opened(number)));
  }

  /** Takes over the body of a frame of a channel. */
  void received(byte type, ByteBuf body) {
    if (body.readableBytes() < WireFormat.CHANNEL_HEAD) {
      body.release();
      throw new CorruptDataException("A frame of type " + type + " without its head");
    }
    int number = body.readInt();
    int sequence = body.readInt();
    int backlog = body.readInt();
    NettyInputChannel input = opened.get(number);
    if (input != null) {
      context.counters().received(type);
      input.received(type, sequence, backlog, body);
      return;
    }
    body.release();
    // Frames for a channel closed meanwhile are still on their way: dropped (FC9).
    PeerConnection.requireKnown(number, next);
  }

  /**
   * @param tell whether the producer does not know yet that the channel is over
   */
  void forget(NettyInputChannel input, boolean tell) {
    waiting.remove(input);
    if (opened.remove(input.number()) != null) {
      context.counters().inputs.decrementAndGet();
      if (tell) {
        connection.write(WireFormat.cancel(context.allocator(), input.number()));
      }
    }
  }

  /** The connection is gone. */
  void fail(Throwable cause) {
    List<NettyInputChannel> all = new ArrayList<>(opened.values());
    context.counters().inputs.addAndGet(-all.size());
    all.addAll(waiting);
    opened.clear();
    waiting.clear();
    all.forEach(input -> input.lost(PeerConnection.channelFailure(input.id(), cause)));
  }
}
