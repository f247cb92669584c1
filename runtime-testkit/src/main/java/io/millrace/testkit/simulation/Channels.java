package io.millrace.testkit.simulation;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.RowLayout;
import io.millrace.core.types.TypeSerializer;
import io.millrace.runtime.exchange.BatchLayout;
import io.millrace.runtime.exchange.ChannelEvent;
import io.millrace.runtime.exchange.ChannelEvent.Barrier;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.ObjectLayout;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.exchange.RemoteChannels;
import io.millrace.runtime.id.ChannelId;
import io.millrace.runtime.id.CheckpointId;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The network between simulated TaskManagers: serialised batches with latency, in order, a few in
 * flight a channel.
 */
final class Channels {
  private static final int MOST_IN_FLIGHT = 3;

  private final World world;
  private final int batchRecords;
  private final TreeMap<ChannelId, Link> links = new TreeMap<>();

  /**
   * @param batchRecords of a full batch
   */
  Channels(World world, int batchRecords) {
    this.world = world;
    this.batchRecords = batchRecords;
  }

  /** The channels as one machine opens them. */
  RemoteChannels of(Machine machine) {
    return new RemoteChannels() {
      @Override
      public OutputChannel output(ChannelId id, BatchLayout layout, ClassLoader userLoader) {
        Link link = links.computeIfAbsent(id, key -> new Link());
        link.producer = Optional.of(machine);
        return new Output<>(link, serializer(layout));
      }

      @Override
      public InputChannel input(
          ChannelId id, String host, int port, BatchLayout layout, ClassLoader userLoader) {
        Link link = links.computeIfAbsent(id, key -> new Link());
        link.consumer = Optional.of(machine);
        return new Input(link, (ObjectLayout) layout);
      }
    };
  }

  /** The simulated jobs exchange objects. */
  @SuppressWarnings("unchecked") // the edge's type
  private static TypeSerializer<Object> serializer(BatchLayout layout) {
    return (TypeSerializer<Object>) ((ObjectLayout) layout).serializer();
  }

  /** The connections of a machine are gone: the other ends learn of it after a while. */
  void disconnect(Machine machine) {
    for (Link link : links.values()) {
      boolean touches =
          link.producer.filter(end -> end == machine).isPresent()
              || link.consumer.filter(end -> end == machine).isPresent();
      if (touches && !link.broken) {
        world.after(
            world.between(50, 5_000),
            "connection of " + machine.name() + " lost",
            () -> {
              link.broken = true;
              link.readable.run();
              link.writable.run();
            });
      }
    }
  }

  private static final class Link {
    final ArrayDeque<Object> arrived = new ArrayDeque<>();
    Optional<Machine> producer = Optional.empty();
    Optional<Machine> consumer = Optional.empty();
    Runnable readable = () -> {};
    Runnable writable = () -> {};
    Consumer<Barrier> barriers = barrier -> {};
    int inFlight;
    boolean refused;
    boolean broken;
    long lastArrival;
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Frame(byte[] bytes, int size, boolean keyed, boolean longKeys) {}

  private final class Output<T> implements OutputChannel {
    private final Link link;
    private final TypeSerializer<T> serializer;

    Output(Link link, TypeSerializer<T> serializer) {
      this.link = link;
      this.serializer = serializer;
    }

    @Override
    public RecordBatch acquire() {
      return mayAcquire() ? new ObjectBatch(batch -> {}, batchRecords) : null;
    }

    private boolean mayAcquire() {
      link.refused |= !isWritable();
      return isWritable();
    }

    @Override
    public boolean adopt(RecordBatch overshoot) {
      return mayAcquire();
    }

    @Override
    public RecordBatch acquireOvershoot() {
      return new ObjectBatch(batch -> {}, batchRecords);
    }

    @Override
    @SuppressWarnings("unchecked") // the edge's type
    public void send(RecordBatch sent) {
      ObjectBatch batch = (ObjectBatch) sent;
      BinaryWriter out = new BinaryWriter();
      for (int i = 0; i < batch.size; i++) {
        serializer.write((T) batch.value(i), out);
        out.writeLong(batch.timestamp(i));
        out.writeInt(batch.hashes[i]);
        out.writeLong(batch.keys[i]);
      }
      link.inFlight++;
      transmit(new Frame(out.toByteArray(), batch.size, batch.keyed, batch.longKeys));
      batch.release();
    }

    @Override
    public void sendEvent(ChannelEvent event) {
      transmit(event);
    }

    private void transmit(Object element) {
      long arrival = Math.max(link.lastArrival, world.micros() + world.between(20, 2_000));
      link.lastArrival = arrival;
      world.after(
          arrival - world.micros(),
          "frame",
          () -> {
            if (!link.broken) {
              link.arrived.add(element);
              link.readable.run();
              if (element instanceof Barrier barrier) {
                link.barriers.accept(barrier);
              }
            }
          });
    }

    @Override
    public boolean isWritable() {
      return link.inFlight < MOST_IN_FLIGHT && !link.broken;
    }

    @Override
    public void onWritable(Runnable listener) {
      link.writable = listener;
    }

    @Override
    public boolean sharesObjects() {
      return false;
    }

    @Override
    public Optional<Throwable> failure() {
      return broken(link);
    }

    @Override
    public void close() {}
  }

  private static Optional<Throwable> broken(Link link) {
    return link.broken
        ? Optional.of(new IllegalStateException("Connection lost"))
        : Optional.empty();
  }

  private final class Input implements InputChannel {
    private final Link link;
    private final ObjectLayout layout;

    Input(Link link, ObjectLayout layout) {
      this.link = link;
      this.layout = layout;
    }

    @Override
    public Object poll() {
      Object element = link.arrived.poll();
      if (!(element instanceof Frame frame)) {
        return element;
      }
      return batch(frame, released -> credit());
    }

    private ObjectBatch batch(Frame frame, RecordBatch.BatchOwner owner) {
      ObjectBatch batch = new ObjectBatch(owner);
      batch.begin(layout.rows());
      BinaryReader in = new BinaryReader(frame.bytes, Channels.class.getClassLoader());
      for (int i = 0; i < frame.size; i++) {
        Object value = layout.serializer().read(in);
        RowLayout<Object> row = batch.layout;
        if (row == null) {
          batch.values[i] = value;
        } else {
          row.store(value, batch.rows, i * row.words(), batch.values, i * row.references());
        }
        batch.stamp(i, in.readLong());
        batch.hashes[i] = in.readInt();
        batch.keys[i] = in.readLong();
      }
      batch.size = frame.size;
      batch.keyed = frame.keyed;
      batch.longKeys = frame.longKeys;
      return batch;
    }

    private void credit() {
      world.after(
          world.between(20, 1_000),
          "credit",
          () -> {
            link.inFlight--;
            if (link.refused) {
              link.refused = false;
              link.writable.run();
            }
          });
    }

    @Override
    public void onReadable(Runnable listener) {
      link.readable = listener;
      listener.run();
    }

    @Override
    public void onBarrier(Consumer<Barrier> listener) {
      link.barriers = listener;
    }

    @Override
    public void overtake(CheckpointId checkpoint, InFlight overtaken) {
      Iterator<Object> elements = link.arrived.iterator();
      while (elements.hasNext()) {
        Object element = elements.next();
        if (element instanceof Frame frame) {
          overtaken.add(batch(frame, released -> {}), 0);
        } else if (element instanceof Barrier barrier && barrier.checkpoint().equals(checkpoint)) {
          elements.remove();
          return;
        }
      }
      throw new IllegalStateException("Barrier " + checkpoint + " is not in the channel");
    }

    @Override
    public void setBlocked(boolean blocked) {}

    @Override
    public int queued() {
      return link.arrived.size();
    }

    @Override
    public Optional<Throwable> failure() {
      return broken(link);
    }

    @Override
    public void close() {}
  }
}
