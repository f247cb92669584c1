package io.millrace.runtime.exchange.netty;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Objects;

/**
 * How a TaskManager takes part in the exchange.
 *
 * @param host address to bind and to be known by; peers compare it as text
 * @param port port to bind, 0 for a free one
 * @param ioThreads event loops; a connection lives on one of them
 * @param connectTimeout for the connection and its handshake
 * @param openTimeout how long a consumer's request waits for its producer to be deployed, and how
 *     long a finished producer's data waits for its consumer
 */
public record ExchangeOptions(
    String host,
    int port,
    Identity identity,
    int ioThreads,
    Limits limits,
    Duration connectTimeout,
    Duration openTimeout) {
  public ExchangeOptions {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(identity, "identity");
    Objects.requireNonNull(limits, "limits");
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("The exchange's port must be 0 to 65535, not " + port);
    }
    if (ioThreads < 1) {
      throw new IllegalArgumentException("The exchange needs an I/O thread, not " + ioThreads);
    }
    if (connectTimeout.toMillis() < 1 || openTimeout.toMillis() < 1) {
      throw new IllegalArgumentException("The exchange's timeouts must be at least 1 ms");
    }
  }

  /** Loopback, a free port, one event loop for every two cores. */
  public static ExchangeOptions of(Identity identity) {
    int loops = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    return new ExchangeOptions(
        "127.0.0.1",
        0,
        identity,
        loops,
        Limits.DEFAULT,
        Duration.ofSeconds(10),
        Duration.ofSeconds(30));
  }

  public ExchangeOptions withAddress(String newHost, int newPort) {
    return new ExchangeOptions(
        newHost, newPort, identity, ioThreads, limits, connectTimeout, openTimeout);
  }

  public ExchangeOptions withLimits(Limits newLimits) {
    return new ExchangeOptions(
        host, port, identity, ioThreads, newLimits, connectTimeout, openTimeout);
  }

  /**
   * With limits that keep what is in flight within a half of so much memory. Beyond that are {@link
   * Limits#channelBytes} a channel and what waits to be sent.
   */
  public ExchangeOptions withMemory(long bytes) {
    return withLimits(
        new Limits(
            limits.channelBytes,
            limits.channelMaxBytes,
            Math.min(limits.floatingBytes, bytes / 2),
            limits.sendQueueBytes,
            limits.frameBytes,
            limits.maxFrameBytes));
  }

  public ExchangeOptions withTimeouts(Duration connect, Duration open) {
    return new ExchangeOptions(host, port, identity, ioThreads, limits, connect, open);
  }

  /**
   * What both ends of a connection must agree on.
   *
   * @param cluster random id of the cluster: processes of another cluster are refused
   * @param build version of the engine: data frames are read by the build that wrote them only
   */
  public record Identity(String cluster, String build) {
    public Identity {
      requireShort(cluster, "cluster id");
      requireShort(build, "build");
    }

    /** Throws if a peer may not exchange records with this process, saying which of the two. */
    void requireSame(Identity theirs, String peer) {
      if (!build.equals(theirs.build)) {
        throw new ExchangeException(
            "Build %s at %s can't exchange records with build %s: run one version of Millrace in all processes"
                .formatted(theirs.build, peer, build));
      }
      // The id is not shown: knowing it is what admits a peer.
      if (!MessageDigest.isEqual(
          cluster.getBytes(StandardCharsets.UTF_8),
          theirs.cluster.getBytes(StandardCharsets.UTF_8))) {
        throw new ExchangeException(
            "TaskManager " + peer + " belongs to another cluster: its cluster id differs");
      }
    }

    private static void requireShort(String value, String what) {
      if (value.isEmpty() || value.length() > 200) {
        throw new IllegalArgumentException("The " + what + " must have 1 to 200 characters");
      }
    }
  }

  /**
   * Sizes in bytes.
   *
   * @param channelBytes what every channel may always have in flight and unconsumed
   * @param channelMaxBytes what a channel that consumes fast may have
   * @param floatingBytes what all channels of the process together may have beyond {@code
   *     channelBytes} each
   * @param sendQueueBytes encoded and unsent bytes from which a channel takes no more batches
   * @param frameBytes a frame is closed when it has grown to this; one record may go beyond
   * @param maxFrameBytes the largest frame, so the largest record
   */
  public record Limits(
      int channelBytes,
      int channelMaxBytes,
      long floatingBytes,
      int sendQueueBytes,
      int frameBytes,
      int maxFrameBytes) {
    public static final Limits DEFAULT =
        new Limits(128 << 10, 1 << 20, 64 << 20, 64 << 10, 32 << 10, 256 << 20);

    public Limits {
      if (channelBytes < 1
          || channelMaxBytes < channelBytes
          || floatingBytes < 0
          || sendQueueBytes < 1
          || frameBytes < 1
          || maxFrameBytes < frameBytes
          || maxFrameBytes > 1 << 30) {
        throw new IllegalArgumentException(
            "Exchange limits must be positive, channelBytes <= channelMaxBytes, frameBytes <="
                + " maxFrameBytes and maxFrameBytes <= 1 GiB");
      }
    }
  }
}
