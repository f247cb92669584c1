package io.millrace.runtime.task;

import java.util.Arrays;

/**
 * Derives a subtask's watermark from those of its input channels: the minimum over the channels
 * that are active and have caught up (invariants W1, W2). Times are in milliseconds; {@link
 * #UNCHANGED} as a result means that there is nothing to forward. Owned by the subtask's thread;
 * called at most once a batch.
 */
public final class WatermarkValve {
  /** The watermark has not moved; also the watermark of a channel that has not sent any. */
  public static final long UNCHANGED = Long.MIN_VALUE;

  private final long[] watermarks;
  private final boolean[] idle;

  /** Whether the channel takes part in the minimum: active, and not behind the output. */
  private final boolean[] aligned;

  private int active;
  private long output = Long.MIN_VALUE;

  public WatermarkValve(int channels) {
    if (channels < 1) {
      throw new IllegalArgumentException("A valve of " + channels + " channels");
    }
    this.watermarks = new long[channels];
    this.idle = new boolean[channels];
    this.aligned = new boolean[channels];
    this.active = channels;
    Arrays.fill(watermarks, Long.MIN_VALUE);
    Arrays.fill(aligned, true);
  }

  /**
   * A watermark has come on a channel; an older one than the channel's is ignored.
   *
   * @return the new watermark of the subtask, or {@link #UNCHANGED}
   */
  public long onWatermark(int channel, long timestamp) {
    long before = watermarks[channel];
    if (timestamp <= before) {
      return UNCHANGED;
    }
    watermarks[channel] = timestamp;
    if (idle[channel]) {
      // Counts once the channel is active, or when all are idle.
      return active == 0 ? advance(highest()) : UNCHANGED;
    }
    if (!aligned[channel]) {
      if (timestamp < output) {
        return UNCHANGED;
      }
      aligned[channel] = true; // W1: has caught up; the minimum is derived anew
    } else if (before > output) {
      return UNCHANGED; // Another channel holds the minimum.
    }
    return advance(lowestAligned());
  }

  /**
   * A channel became idle or active again.
   *
   * @return the new watermark of the subtask, or {@link #UNCHANGED}; look at {@link #isIdle} too
   */
  public long onIdleness(int channel, boolean nowIdle) {
    if (idle[channel] == nowIdle) {
      return UNCHANGED;
    }
    idle[channel] = nowIdle;
    if (nowIdle) {
      active--;
      aligned[channel] = false;
      // W2: the result doesn't depend on the order in which channels went idle.
      return active == 0 ? advance(highest()) : advance(lowestAligned());
    }
    active++;
    aligned[channel] = watermarks[channel] >= output;
    // W1: it may be the only one that is not behind, and ahead of the output.
    return advance(lowestAligned());
  }

  /** Whether all channels are idle, so that the subtask's outputs are. */
  public boolean isIdle() {
    return active == 0;
  }

  /** The subtask's watermark; {@link Long#MIN_VALUE} for none yet. */
  public long current() {
    return output;
  }

  private long advance(long derived) {
    if (derived <= output) {
      return UNCHANGED;
    }
    output = derived;
    return derived;
  }

  /** {@link #UNCHANGED} if every active channel is still behind. */
  private long lowestAligned() {
    long lowest = Long.MAX_VALUE;
    boolean any = false;
    for (int i = 0; i < watermarks.length; i++) {
      if (aligned[i]) {
        any = true;
        lowest = Math.min(lowest, watermarks[i]);
      }
    }
    return any ? lowest : UNCHANGED;
  }

  private long highest() {
    long highest = Long.MIN_VALUE;
    for (long watermark : watermarks) {
      highest = Math.max(highest, watermark);
    }
    return highest;
  }
}
