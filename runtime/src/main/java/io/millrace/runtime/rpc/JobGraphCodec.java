package io.millrace.runtime.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.rpc.proto.GraphProto;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * A job graph as bytes, for the HA store and for submission: magic, format version, build, length
 * and checksum, then protobuf. User code inside stays opaque bytes (invariant CL3).
 */
public final class JobGraphCodec {
  static final int MAGIC = 0x4D524A47; // "MRJG"
  static final short FORMAT = 1;

  private JobGraphCodec() {}

  public static byte[] encode(JobGraph graph) {
    byte[] build = Build.CURRENT.toString().getBytes(StandardCharsets.UTF_8);
    byte[] body = GraphMessages.encode(graph).toByteArray();
    CRC32C crc = new CRC32C();
    crc.update(body);
    return ByteBuffer.allocate(4 + 2 + 2 + build.length + 4 + 4 + body.length)
        .putInt(MAGIC)
        .putShort(FORMAT)
        .putShort((short) build.length)
        .put(build)
        .putInt(body.length)
        .putInt((int) crc.getValue())
        .put(body)
        .array();
  }

  /**
   * @throws CorruptDataException if these are not the bytes of a job graph of a known format,
   *     saying what they are
   */
  public static JobGraph decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (bytes.length < 8 || in.getInt() != MAGIC) {
      throw new CorruptDataException("These bytes are not a job graph");
    }
    short format = in.getShort();
    byte[] build = new byte[Short.toUnsignedInt(in.getShort())];
    if (in.remaining() < build.length + 8) {
      throw new CorruptDataException("The job graph is truncated");
    }
    in.get(build);
    if (format != FORMAT) {
      throw new CorruptDataException(
          "The job graph has format "
              + format
              + ", written by "
              + new String(build, StandardCharsets.UTF_8)
              + "; this is "
              + Build.CURRENT
              + ", which reads format "
              + FORMAT
              + ": submit with the same version as the cluster's");
    }
    int length = in.getInt();
    int expected = in.getInt();
    if (length != in.remaining()) {
      throw new CorruptDataException(
          "The job graph is truncated: " + in.remaining() + " of " + length + " bytes");
    }
    CRC32C crc = new CRC32C();
    crc.update(in.duplicate());
    if ((int) crc.getValue() != expected) {
      throw new CorruptDataException("The job graph is corrupt: its checksum does not match");
    }
    try {
      return GraphMessages.decode(GraphProto.Graph.parseFrom(in));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new CorruptDataException("The job graph is corrupt: " + e.getMessage(), e);
    }
  }
}
