package io.millrace.runtime.exchange.netty;

import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.exchange.ChannelEvent;
import io.millrace.runtime.exchange.netty.ExchangeOptions.Identity;
import io.millrace.runtime.id.ChannelId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.JobId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * The frames between processes. Each is a length (of what follows it), a type and a body,
 * big-endian. Frames of a channel from producer to consumer have the channel's number, a sequence
 * number (FC10) and the backlog in front of their body; the two last are filled in when the frame
 * is sent. Channel numbers are the consumer's, ascending within a connection and never used again.
 */
final class WireFormat {
  static final int MAGIC = 0x4d524558;
  static final int VERSION = 3;

  static final byte HELLO = 1;
  static final byte REFUSED = 2;
  static final byte OPEN = 3;
  static final byte CANCEL = 4;
  static final byte CREDIT = 5;
  static final byte CLOSE = 6;
  static final byte DATA = 7;
  static final byte WATERMARK = 8;
  static final byte IDLENESS = 9;
  static final byte BARRIER = 10;
  static final byte END_OF_DATA = 11;

  /** As {@link #DATA}, in front of a barrier: needs no credit (FC1). */
  static final byte DATA_BEFORE_BARRIER = 12;

  /** Why a producer closed a channel. */
  static final byte FINISHED = 0;

  static final byte ABORTED = 1;

  /** Length and type. */
  static final int PREFIX = 5;

  /** Channel, sequence number and backlog, within the body. */
  static final int CHANNEL_HEAD = 12;

  private static final int TYPE_AT = 4;
  private static final int CHANNEL_AT = 5;
  private static final int SEQUENCE_AT = 9;
  private static final int BACKLOG_AT = 13;

  /** What an event costs its channel: about what it occupies while it waits. */
  static final int EVENT_CHARGE = 32;

  /** Longest body of a frame that is not data. */
  static final int MAX_CONTROL_BYTES = 16 << 10;

  /** Patience of a barrier that never overtakes. */
  private static final long FOR_EVER = -1;

  private static final int MAX_TEXT_BYTES = 4 << 10;

  private WireFormat() {}

  static boolean isSequenced(byte type) {
    return type >= CLOSE && type <= DATA_BEFORE_BARRIER;
  }

  static boolean isData(byte type) {
    return type == DATA || type == DATA_BEFORE_BARRIER;
  }

  static boolean isKnown(byte type) {
    return type >= HELLO && type <= DATA_BEFORE_BARRIER;
  }

  static byte typeOf(ByteBuf frame) {
    return frame.getByte(TYPE_AT);
  }

  /** The bytes a frame costs its channel, the same at both ends. */
  static int charge(byte type, int bodyBytes) {
    return isData(type) ? PREFIX + bodyBytes : EVENT_CHARGE;
  }

  static int chargeOf(ByteBuf frame) {
    return charge(typeOf(frame), frame.writerIndex() - PREFIX);
  }

  /** Lets a frame of data be sent without credit. */
  static void beforeBarrier(ByteBuf frame) {
    frame.setByte(TYPE_AT, DATA_BEFORE_BARRIER);
  }

  /** Completes a frame that a task has encoded, as it is sent. */
  static void stamp(ByteBuf frame, int channel, int sequence, long backlog) {
    frame.setInt(CHANNEL_AT, channel);
    frame.setInt(SEQUENCE_AT, sequence);
    frame.setInt(BACKLOG_AT, (int) Math.min(backlog, Integer.MAX_VALUE));
  }

  static ByteBuf data(ByteBufAllocator allocator, BinaryWriter encoded) {
    int size = encoded.size();
    ByteBuf frame = allocator.directBuffer(PREFIX + CHANNEL_HEAD + size);
    frame.writeInt(1 + CHANNEL_HEAD + size).writeByte(DATA).writeZero(CHANNEL_HEAD);
    return frame.writeBytes(encoded.array(), 0, size);
  }

  static ByteBuf event(ByteBufAllocator allocator, ChannelEvent event) {
    if (event instanceof ChannelEvent.Watermark watermark) {
      return sequenced(allocator, WATERMARK, 8).writeLong(watermark.timestamp());
    } else if (event instanceof ChannelEvent.Idleness idleness) {
      return sequenced(allocator, IDLENESS, 1).writeBoolean(idleness.idle());
    } else if (event instanceof ChannelEvent.Barrier barrier) {
      byte[] directory = text(barrier.directory());
      return sequenced(allocator, BARRIER, 27 + directory.length)
          .writeLong(barrier.checkpoint().value())
          .writeBoolean(barrier.savepoint())
          .writeShort(directory.length)
          .writeBytes(directory)
          .writeLong(barrier.base().map(CheckpointId::value).orElse(0L))
          .writeLong(barrier.patience().map(Duration::toMillis).orElse(FOR_EVER));
    } else if (event instanceof ChannelEvent.EndOfData end) {
      return sequenced(allocator, END_OF_DATA, 1).writeBoolean(end.drain());
    }
    throw new IllegalArgumentException("No frame for event " + event);
  }

  static ByteBuf close(ByteBufAllocator allocator, byte kind, String reason) {
    byte[] text = text(reason.length() > 1000 ? reason.substring(0, 1000) : reason);
    ByteBuf frame = sequenced(allocator, CLOSE, 3 + text.length);
    return frame.writeByte(kind).writeShort(text.length).writeBytes(text);
  }

  private static ByteBuf sequenced(ByteBufAllocator allocator, byte type, int bodyBytes) {
    ByteBuf frame = allocator.directBuffer(PREFIX + CHANNEL_HEAD + bodyBytes);
    return frame.writeInt(1 + CHANNEL_HEAD + bodyBytes).writeByte(type).writeZero(CHANNEL_HEAD);
  }

  static ByteBuf credit(ByteBufAllocator allocator, int channel, long bytes) {
    return control(allocator, CREDIT, 12).writeInt(channel).writeLong(bytes);
  }

  static ByteBuf cancel(ByteBufAllocator allocator, int channel) {
    return control(allocator, CANCEL, 4).writeInt(channel);
  }

  static ByteBuf open(ByteBufAllocator allocator, OpenRequest request) {
    ChannelId id = request.id();
    byte[] job = text(id.job().value());
    return control(allocator, OPEN, 30 + job.length)
        .writeInt(request.number())
        .writeLong(request.credit())
        .writeShort(job.length)
        .writeBytes(job)
        .writeInt(id.edge())
        .writeInt(id.producer())
        .writeInt(id.consumer())
        .writeInt(id.attempt());
  }

  static ByteBuf hello(ByteBufAllocator allocator, Hello hello) {
    byte[] build = text(hello.identity().build());
    byte[] cluster = text(hello.identity().cluster());
    byte[] host = text(hello.host());
    int size = 4 + 2 + 2 + build.length + 2 + cluster.length + 2 + host.length + 4;
    return control(allocator, HELLO, size)
        .writeInt(MAGIC)
        .writeShort(VERSION)
        .writeShort(build.length)
        .writeBytes(build)
        .writeShort(cluster.length)
        .writeBytes(cluster)
        .writeShort(host.length)
        .writeBytes(host)
        .writeInt(hello.port());
  }

  static ByteBuf refused(ByteBufAllocator allocator, String reason) {
    byte[] text = text(reason.length() > 1000 ? reason.substring(0, 1000) : reason);
    return control(allocator, REFUSED, 2 + text.length).writeShort(text.length).writeBytes(text);
  }

  private static ByteBuf control(ByteBufAllocator allocator, byte type, int bodyBytes) {
    return allocator.directBuffer(PREFIX + bodyBytes).writeInt(1 + bodyBytes).writeByte(type);
  }

  static ChannelEvent readEvent(byte type, ByteBuf body) {
    return switch (type) {
      case WATERMARK -> new ChannelEvent.Watermark(body.readLong());
      case IDLENESS -> new ChannelEvent.Idleness(readFlag(body));
      case BARRIER ->
          new ChannelEvent.Barrier(
              readCheckpoint(body),
              readFlag(body),
              readText(body),
              readBase(body),
              readPatience(body));
      case END_OF_DATA -> new ChannelEvent.EndOfData(readFlag(body));
      default -> throw new CorruptDataException("Type " + type + " is no event");
    };
  }

  private static CheckpointId readCheckpoint(ByteBuf body) {
    long value = body.readLong();
    if (value <= 0) {
      throw new CorruptDataException("A barrier of checkpoint " + value);
    }
    return new CheckpointId(value);
  }

  private static Optional<CheckpointId> readBase(ByteBuf body) {
    long value = body.readLong();
    if (value < 0) {
      throw new CorruptDataException("A barrier with the base " + value);
    }
    return value == 0 ? Optional.empty() : Optional.of(new CheckpointId(value));
  }

  private static Optional<Duration> readPatience(ByteBuf body) {
    long millis = body.readLong();
    if (millis < FOR_EVER) {
      throw new CorruptDataException("A barrier with a patience of " + millis + " ms");
    }
    return millis == FOR_EVER ? Optional.empty() : Optional.of(Duration.ofMillis(millis));
  }

  private static boolean readFlag(ByteBuf body) {
    byte value = body.readByte();
    if (value != 0 && value != 1) {
      throw new CorruptDataException("A flag of " + value);
    }
    return value == 1;
  }

  static OpenRequest readOpen(ByteBuf body) {
    int number = body.readInt();
    long credit = body.readLong();
    if (credit <= 0) {
      throw new CorruptDataException("A channel request with a credit of " + credit);
    }
    JobId job;
    try {
      job = new JobId(readText(body));
    } catch (IllegalArgumentException e) {
      throw new CorruptDataException("A channel request of no job", e);
    }
    int edge = body.readInt();
    int producer = body.readInt();
    int consumer = body.readInt();
    int attempt = body.readInt();
    return new OpenRequest(number, new ChannelId(job, edge, producer, consumer, attempt), credit);
  }

  /**
   * @throws ExchangeException if the peer speaks another version: its further fields are not read
   */
  static Hello readHello(ByteBuf body) {
    int magic = body.readInt();
    if (magic != MAGIC) {
      throw new CorruptDataException("A greeting that is not of Millrace's exchange");
    }
    int version = body.readUnsignedShort();
    String build = readText(body);
    if (version != VERSION) {
      throw new ExchangeException(
          "The peer (build "
              + build
              + ") speaks exchange format "
              + version
              + ", this process "
              + VERSION
              + ": run one version of Millrace in all processes");
    }
    String cluster = readText(body);
    String host = readText(body);
    int port = body.readInt();
    if (cluster.isEmpty() || build.isEmpty() || port < 1 || port > 65535) {
      throw new CorruptDataException("A greeting without cluster, build or port");
    }
    return new Hello(new Identity(cluster, build), host, port);
  }

  static String readText(ByteBuf body) {
    int length = body.readUnsignedShort();
    if (length > MAX_TEXT_BYTES) {
      throw new CorruptDataException("A text of " + length + " bytes");
    }
    return body.readCharSequence(length, StandardCharsets.UTF_8).toString();
  }

  private static byte[] text(String value) {
    byte[] text = value.getBytes(StandardCharsets.UTF_8);
    if (text.length > MAX_TEXT_BYTES) {
      throw new IllegalArgumentException(
          "A text of " + text.length + " bytes, at most " + MAX_TEXT_BYTES + " can be sent");
    }
    return text;
  }

  /** What each side says first; host and port are where its own exchange listens. */
  record Hello(Identity identity, String host, int port) {}

  /** A consumer's request for a channel, with its first credit in bytes. */
  record OpenRequest(int number, ChannelId id, long credit) {}
}
