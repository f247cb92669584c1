package io.millrace.runtime.exchange.netty;

import io.millrace.core.types.CorruptDataException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Cuts what the socket gives into frames. Every body gets a heap buffer of its own size: a frame
 * that waits for a slow task must not keep the whole read buffer it came in, and the task can
 * decode from the array as it is. For one connection, on its event loop.
 */
final class FrameDecoder extends ChannelInboundHandlerAdapter {
  /** Receives the frames. */
  interface Frames {
    /**
     * The longest body admitted now for frames of this type; negative if none is. Asked before
     * anything is allocated.
     */
    int maxBody(byte type);

    /** Takes over the body. */
    void onFrame(byte type, ByteBuf body);

    /** The stream makes no sense; nothing of it is read any more. */
    void onCorrupt(RuntimeException cause);
  }

  private final ByteBufAllocator allocator;
  private final Frames frames;
  private final ByteBuf prefix = Unpooled.buffer(WireFormat.PREFIX, WireFormat.PREFIX);
  private byte type;
  private int bodyBytes;
  private ByteBuf body = Unpooled.EMPTY_BUFFER;
  private boolean inBody;
  private boolean ended;

  FrameDecoder(ByteBufAllocator allocator, Frames frames) {
    this.allocator = allocator;
    this.frames = frames;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    try {
      while (!ended && in.isReadable()) {
        if (!inBody) {
          readPrefix(in);
        } else {
          in.readBytes(body, Math.min(in.readableBytes(), bodyBytes - body.writerIndex()));
        }
        if (inBody && body.writerIndex() == bodyBytes) {
          ByteBuf whole = body;
          forgetBody();
          frames.onFrame(type, whole);
        }
      }
    } catch (RuntimeException e) {
      end();
      frames.onCorrupt(e);
    } finally {
      in.release();
    }
  }

  private void readPrefix(ByteBuf in) {
    in.readBytes(prefix, Math.min(in.readableBytes(), prefix.writableBytes()));
    if (prefix.isWritable()) {
      return;
    }
    int length = prefix.readInt();
    type = prefix.readByte();
    prefix.clear();
    if (length < 1 || !WireFormat.isKnown(type)) {
      throw new CorruptDataException("A frame of type " + type + " and length " + length);
    }
    bodyBytes = length - 1;
    int max = frames.maxBody(type);
    if (bodyBytes > max) {
      throw new CorruptDataException(
          "A frame of type "
              + type
              + " with "
              + bodyBytes
              + " bytes where "
              + max
              + " are allowed");
    }
    body = allocator.heapBuffer(bodyBytes, bodyBytes);
    inBody = true;
  }

  private void forgetBody() {
    body = Unpooled.EMPTY_BUFFER;
    inBody = false;
  }

  private void end() {
    ended = true;
    body.release();
    forgetBody();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    end();
  }
}
