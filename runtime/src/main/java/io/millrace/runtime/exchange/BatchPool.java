package io.millrace.runtime.exchange;

import io.millrace.runtime.exchange.RecordBatch.BatchOwner;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jctools.queues.MpscUnboundedArrayQueue;

/**
 * The batches of one producing subtask. Each channel owns two that nobody else can take (one to
 * fill, one in flight); the rest is shared, up to a limit for each channel. Free batches are handed
 * out last-in first-out, so that what is in flight stays in cache. Owned by the producing thread;
 * only {@link #recycle} is for the consumers.
 */
public final class BatchPool implements BatchOwner {
  private static final int EXCLUSIVE = 2;
  private static final int MOST_PER_CHANNEL = 8;

  /** The channel of batches that are not accounted for. */
  private static final int OVERSHOOT = -1;

  /** Records that fit into one batch of each channel together, as far as that leaves batches. */
  private static final int RECORDS = 4096;

  private static final int LEAST_CAPACITY = 16;

  private final int capacity;
  private final int[] inUse;
  private final boolean[] starving;
  private final Runnable[] listeners;
  private final MpscUnboundedArrayQueue<RecordBatch> returned = new MpscUnboundedArrayQueue<>(64);
  private RecordBatch[] free = new RecordBatch[16];
  private int freeCount;
  private int sharedLeft;
  private volatile boolean someStarving;

  /**
   * @param shared batches that any channel may take beyond its own
   */
  public BatchPool(int channels, int shared) {
    this.capacity = capacity(channels);
    this.inUse = new int[channels];
    this.starving = new boolean[channels];
    this.listeners = new Runnable[channels];
    this.sharedLeft = shared;
  }

  /**
   * Records in a full batch. With many channels batches are smaller, or what is in flight between
   * as many producers and consumers fits no cache: 64 x 64 channels held millions of records.
   */
  static int capacity(int channels) {
    int share = Integer.highestOneBit(RECORDS / Math.max(1, channels));
    return Math.max(LEAST_CAPACITY, Math.min(RecordBatch.CAPACITY, share));
  }

  void onWritable(int channel, Runnable listener) {
    listeners[channel] = listener;
  }

  RecordBatch acquire(int channel) {
    if (!available(channel)) {
      takeBack();
      if (!available(channel)) {
        // Say that we starve before looking once more, so that a return in between is not missed.
        starving[channel] = true;
        someStarving = true;
        VarHandle.fullFence();
        takeBack();
        if (!available(channel)) {
          return null;
        }
        starving[channel] = false;
      }
    }
    if (inUse[channel]++ >= EXCLUSIVE) {
      sharedLeft--;
    }
    RecordBatch batch = freeCount > 0 ? free[--freeCount] : new RecordBatch(this, capacity);
    batch.channel = channel;
    return batch;
  }

  /** A batch beyond what any channel may have, for the rest of one record's fan-out. */
  RecordBatch acquireOvershoot() {
    RecordBatch batch = freeCount > 0 ? free[--freeCount] : new RecordBatch(this, capacity);
    batch.channel = OVERSHOOT;
    return batch;
  }

  boolean isAvailable(int channel) {
    if (!available(channel)) {
      takeBack();
    }
    return available(channel);
  }

  private boolean available(int channel) {
    int used = inUse[channel];
    return used < EXCLUSIVE || (sharedLeft > 0 && used < MOST_PER_CHANNEL);
  }

  private void takeBack() {
    RecordBatch batch;
    while ((batch = returned.relaxedPoll()) != null) {
      if (batch.channel != OVERSHOOT && --inUse[batch.channel] >= EXCLUSIVE) {
        sharedLeft++;
      }
      if (freeCount == free.length) {
        if (batch.channel == OVERSHOOT) {
          continue; // One large fan-out is no reason to keep its batches.
        }
        free = Arrays.copyOf(free, free.length * 2);
      }
      free[freeCount++] = batch;
    }
  }

  @Override
  public void recycle(RecordBatch batch) {
    returned.offer(batch);
    VarHandle.fullFence();
    if (someStarving) {
      someStarving = false;
      wake();
    }
  }

  /** Wakes the producer through any of its channels: it looks at all of them itself. */
  private void wake() {
    for (Runnable listener : listeners) {
      if (listener != null) {
        listener.run();
        return;
      }
    }
  }
}
