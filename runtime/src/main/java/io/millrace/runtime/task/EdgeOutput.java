package io.millrace.runtime.task;

import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.UnsupportedTypeException;
import io.millrace.runtime.exchange.ChannelEvent;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.operators.Receiver;
import java.util.Arrays;
import java.util.Optional;

/**
 * The end of a chain at one edge: sorts records into the batches of its channels. Each kind of
 * partitioning is a final subclass, loaded as a copy of its class for each edge like the operators,
 * below the one for the layout of the batches. Subtask's thread only.
 *
 * <p>A channel always has a batch to fill, or {@link OutputRoom} says that there is none: that is
 * tested before each record, so within one record's fan-out at most some batches overshoot.
 */
public abstract class EdgeOutput<T> implements Receiver<T> {
  /**
   * Records that one record's fan-out may make beyond the allowance, over all channels, in whole
   * batches: half a million. Not a number of batches, which are small where there are many
   * channels.
   */
  private static final int MOST_OVERSHOOT = 1 << 19;

  protected final OutputChannel[] channels;

  /** The batch being filled for each channel; null while the channel has no room. */
  private final RecordBatch[] filling;

  /** Whether that batch is beyond the channel's allowance. */
  private final boolean[] overshot;

  private final OutputRoom room;
  private final boolean keyed;
  private final boolean longKeys;
  private final String name;
  private final long[] sentWatermark;
  private long watermark = Long.MIN_VALUE;
  private int overshoot;
  private long recordsSent;

  /** What all kinds of outputs have in common. */
  public record Setup<T>(
      String name,
      OutputChannel[] channels,
      TypeInformation<T> type,
      OutputRoom room,
      boolean keyed,
      boolean longKeys) {}

  /** Makes a batch an empty one of this edge. */
  protected abstract void begin(RecordBatch batch);

  /**
   * @param filling one place a channel, empty; of the class of batches that the channels give, so
   *     that the subclass has it as an array of that class and looks at no batch's class
   * @param keyed whether batches have the hashes of the keys
   * @param longKeys whether they have the keys
   */
  protected EdgeOutput(Setup<T> setup, RecordBatch[] filling, boolean keyed, boolean longKeys) {
    this.name = setup.name;
    this.channels = setup.channels;
    this.filling = filling;
    this.overshot = new boolean[filling.length];
    this.room = setup.room;
    this.keyed = keyed;
    this.longKeys = longKeys;
    this.sentWatermark = new long[channels.length];
    Arrays.fill(sentWatermark, Long.MIN_VALUE);
  }

  /** For messages. */
  protected final String name() {
    return name;
  }

  /** Of a late-typed value, which nobody could refuse before it came. */
  protected final UnsupportedTypeException refused(UnsupportedTypeException why) {
    return why.at("Operator " + name + " emits what can't be sent on");
  }

  /** Has a channel without a batch take one: within a fan-out beyond what was allowed. */
  protected final void takeBeyond(int channel) {
    RecordBatch batch = channels[channel].acquire();
    if (batch == null) {
      room.lose();
      batch = channels[channel].acquireOvershoot();
      overshot[channel] = true;
      overshoot += batch.capacity;
      if (overshoot > MOST_OVERSHOOT) {
        throw new IllegalStateException(
            "Operator "
                + name
                + ": one record made more than "
                + MOST_OVERSHOOT
                + " records while the consumers were slow. Emit them over several calls (a process function with a"
                + " timer), or mark the operator as blocking");
      }
    }
    filling[channel] = prepare(batch);
  }

  /** Sends the full batch of a channel and takes the next. */
  protected final void full(int channel) {
    send(channel);
    RecordBatch batch = channels[channel].acquire();
    if (batch == null) {
      room.lose();
    } else {
      filling[channel] = prepare(batch);
    }
  }

  private RecordBatch prepare(RecordBatch batch) {
    begin(batch);
    batch.keyed = keyed;
    batch.longKeys = longKeys;
    return batch;
  }

  private void send(int channel) {
    RecordBatch batch = filling[channel];
    filling[channel] = null;
    overshot[channel] = false;
    recordsSent += batch.size;
    try {
      channels[channel].send(batch);
    } catch (UnsupportedTypeException e) {
      throw refused(e);
    }
    if (watermark > sentWatermark[channel]) {
      sentWatermark[channel] = watermark;
      channels[channel].sendEvent(new ChannelEvent.Watermark(watermark));
    }
  }

  /** Takes a batch for each channel that has none; false if some channel has no room. */
  final boolean regainRoom() {
    boolean all = true;
    for (int i = 0; i < channels.length; i++) {
      if (filling[i] == null) {
        RecordBatch batch = channels[i].acquire();
        if (batch == null) {
          all = false;
        } else {
          filling[i] = prepare(batch);
        }
      } else if (overshot[i]) {
        // One that is beyond is no room: the consumer would never hold the producer up.
        overshot[i] = !channels[i].adopt(filling[i]);
        all &= !overshot[i];
      }
    }
    if (all) {
      overshoot = 0;
    }
    return all;
  }

  /** Sends what is there, full or not, and the watermark if it has risen. */
  final void flush() {
    for (int i = 0; i < channels.length; i++) {
      if (filling[i] != null && filling[i].size > 0) {
        full(i);
      } else if (watermark > sentWatermark[i]) {
        sentWatermark[i] = watermark;
        channels[i].sendEvent(new ChannelEvent.Watermark(watermark));
      }
    }
  }

  /**
   * Sent behind the batch being filled, or at the next flush: later is always right for a
   * watermark.
   */
  final void watermark(long timestamp) {
    watermark = timestamp;
  }

  final void event(ChannelEvent event) {
    flush();
    for (OutputChannel channel : channels) {
      channel.sendEvent(event);
    }
  }

  final long recordsSent() {
    return recordsSent;
  }

  final Optional<Throwable> failure() {
    for (OutputChannel channel : channels) {
      Optional<Throwable> failure = channel.failure();
      if (failure.isPresent()) {
        return failure;
      }
    }
    return Optional.empty();
  }

  final void close() {
    for (OutputChannel channel : channels) {
      channel.close();
    }
  }
}
