package io.millrace.runtime.exchange;

import io.millrace.runtime.exchange.RecordBatch.BatchOwner;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import org.jctools.queues.MpscUnboundedArrayQueue;

/**
 * The batches of one producing subtask. Each channel owns two that nobody else can take (one to
 * fill, one in flight); the rest is shared, up to a limit for each channel. Free batches are handed
 * out last-in first-out, so that what is in flight stays in cache; channels of edges with the same
 * kind of batches hand them to each other. Owned by the producing thread; only {@link #recycle} is
 * for the consumers.
 */
public final class BatchPool implements BatchOwner {
  private static final int EXCLUSIVE = 2;
  private static final int MOST_PER_CHANNEL = 8;

  /** Of the batches beyond the allowance as many are kept for the next time: few are the rule. */
  private static final int MOST_KEPT_BEYOND = 16;

  /** Records that fit into one batch of each channel together, as far as that leaves batches. */
  private static final int RECORDS = 4096;

  private static final int LEAST_CAPACITY = 16;

  private final int capacity;
  private final int[] inUse;
  private final boolean[] starving;
  private final Runnable[] listeners;
  private final MpscUnboundedArrayQueue<RecordBatch> returned = new MpscUnboundedArrayQueue<>(64);
  private final FreeBatches[] free;
  private int sharedLeft;
  private int beyond;
  private volatile boolean someStarving;

  /**
   * @param layouts of the channels' batches
   * @param shared batches that any channel may take beyond its own
   */
  public BatchPool(List<BatchLayout> layouts, int shared) {
    this(layouts, shared, RecordBatch.CAPACITY);
  }

  /**
   * @param layouts of the channels' batches
   * @param shared batches that any channel may take beyond its own
   * @param mostRecords of a batch, if its layout has a choice
   */
  public BatchPool(List<BatchLayout> layouts, int shared, int mostRecords) {
    int channels = layouts.size();
    this.capacity = Math.min(mostRecords, capacity(channels));
    this.inUse = new int[channels];
    this.starving = new boolean[channels];
    this.listeners = new Runnable[channels];
    this.free = new FreeBatches[channels];
    for (int i = 0; i < channels; i++) {
      BatchLayout layout = layouts.get(i);
      for (int j = 0; j < i && free[i] == null; j++) {
        free[i] = free[j].layout.sharesBatchesWith(layout) ? free[j] : null;
      }
      free[i] = free[i] == null ? new FreeBatches(layout) : free[i];
    }
    this.sharedLeft = shared;
  }

  /** Free batches of one layout. */
  private static final class FreeBatches {
    final BatchLayout layout;
    RecordBatch[] batches = new RecordBatch[16];
    int count;

    FreeBatches(BatchLayout layout) {
      this.layout = layout;
    }

    RecordBatch take(BatchOwner owner, int capacity) {
      return count > 0 ? batches[--count] : layout.newBatch(owner, capacity);
    }

    void add(RecordBatch batch) {
      if (count == batches.length) {
        batches = Arrays.copyOf(batches, count * 2);
      }
      batches[count++] = batch;
    }
  }

  /** A batch that isn't counted. It comes back all the same, to be used again. */
  RecordBatch beyondAllowance(int channel) {
    beyond++;
    RecordBatch batch = free[channel].take(this, capacity);
    batch.channel = ~channel;
    return batch;
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
    if (!count(channel)) {
      return null;
    }
    RecordBatch batch = free[channel].take(this, capacity);
    batch.channel = channel;
    return batch;
  }

  /** Counts a batch of {@link #beyondAllowance} like others, if the channel may have one more. */
  boolean adopt(int channel, RecordBatch batch) {
    if (!count(channel)) {
      return false;
    }
    beyond--;
    batch.channel = channel;
    return true;
  }

  private boolean count(int channel) {
    if (!available(channel)) {
      takeBack();
      if (!available(channel)) {
        // Say that we starve before looking once more, so that a return in between is not missed.
        starving[channel] = true;
        someStarving = true;
        VarHandle.fullFence();
        takeBack();
        if (!available(channel)) {
          return false;
        }
        starving[channel] = false;
      }
    }
    if (inUse[channel]++ >= EXCLUSIVE) {
      sharedLeft--;
    }
    return true;
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
      if (batch.channel < 0) {
        if (--beyond < MOST_KEPT_BEYOND) {
          free[~batch.channel].add(batch);
        }
        continue;
      }
      if (--inUse[batch.channel] >= EXCLUSIVE) {
        sharedLeft++;
      }
      free[batch.channel].add(batch);
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
