package io.millrace.runtime.task;

import io.millrace.core.types.RowLayout;
import io.millrace.core.types.TypeSerializer;
import io.millrace.core.types.UnsupportedTypeException;
import io.millrace.runtime.exchange.ChannelEvent;
import io.millrace.runtime.exchange.CrossingForm;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.operators.Receiver;
import java.util.Optional;

/**
 * The end of a chain at one edge: sorts records into the batches of its channels. Each kind of
 * partitioning is a final subclass, loaded as a copy of its class for each edge like the operators,
 * and each writes its values itself, so that the layout is one class for the compiler. Subtask's
 * thread only.
 *
 * <p>A channel always has a batch to fill, or {@link OutputRoom} says that there is none: that is
 * tested before each record, so within one record's fan-out at most some batches overshoot.
 */
public abstract class EdgeOutput<T> implements Receiver<T> {
  /**
   * Batches beyond the allowance that one record's fan-out may take, over all channels: half a
   * million records.
   */
  private static final int MOST_OVERSHOOT = 1024;

  protected final OutputChannel[] channels;

  /** The batch being filled for each channel; null while the channel has no room. */
  protected final RecordBatch[] filling;

  private final OutputRoom room;
  private final TypeSerializer<T> serializer;
  private final boolean copies;
  private final Optional<RowLayout<T>> rows;
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
      CrossingForm<T> form,
      OutputRoom room,
      boolean keyed,
      boolean longKeys) {}

  protected EdgeOutput(Setup<T> setup) {
    this.name = setup.name;
    this.channels = setup.channels;
    this.serializer = setup.form.serializer();
    this.rows = setup.form.rows();
    this.room = setup.room;
    boolean objects = setup.form.rows().isEmpty();
    this.longKeys = setup.longKeys && objects;
    this.keyed = hashesTravel(setup);
    this.filling = new RecordBatch[channels.length];
    this.sentWatermark = new long[channels.length];
    boolean shares = false;
    for (int i = 0; i < channels.length; i++) {
      sentWatermark[i] = Long.MIN_VALUE;
      shares |= channels[i].sharesObjects();
    }
    this.copies = shares && !serializer.isImmutable();
  }

  /** Whether key hashes are in the batches: not where the consumer has them cheaper itself. */
  private static boolean hashesTravel(Setup<?> setup) {
    return setup.keyed
        && setup.form.rows().map(row -> !setup.longKeys && row.references() > 0).orElse(true);
  }

  /** The value as it may cross: itself if it is immutable or serialised anyway, else a copy. */
  protected final T crossing(T value) {
    try {
      return copies ? serializer.copy(value) : value;
    } catch (UnsupportedTypeException e) {
      throw refused(e);
    }
  }

  /** Of a late-typed value, which nobody could refuse before it came. */
  protected final UnsupportedTypeException refused(UnsupportedTypeException why) {
    return why.at("Operator " + name + " emits what can't be sent on");
  }

  /** The batch to add to when the channel had none: within a fan-out beyond what was allowed. */
  protected final RecordBatch beyond(int channel) {
    RecordBatch batch = channels[channel].acquire();
    if (batch == null) {
      room.lose();
      batch = channels[channel].acquireOvershoot();
      if (++overshoot > MOST_OVERSHOOT) {
        throw new IllegalStateException(
            "Operator "
                + name
                + ": one record made more than "
                + (MOST_OVERSHOOT * RecordBatch.CAPACITY)
                + " records while the consumers were slow. Emit them over several calls (a process function with a"
                + " timer), or mark the operator as blocking");
      }
    }
    filling[channel] = prepare(batch);
    return batch;
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
    batch.begin(rows);
    batch.keyed = keyed;
    batch.longKeys = longKeys;
    return batch;
  }

  private void send(int channel) {
    RecordBatch batch = filling[channel];
    filling[channel] = null;
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
