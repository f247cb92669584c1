package io.millrace.testkit.simulation;

import io.millrace.core.source.Boundedness;
import io.millrace.core.source.PollStatus;
import io.millrace.core.source.ReaderOutput;
import io.millrace.core.source.Source;
import io.millrace.core.source.SourceReader;
import io.millrace.core.source.SourceReaderContext;
import io.millrace.core.source.SourceSplit;
import io.millrace.core.source.SplitEnumerator;
import io.millrace.core.source.SplitEnumeratorContext;
import io.millrace.core.source.VersionedSerializer;
import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.TypeInformation;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads the partitions of the {@link Broker}. */
final class BrokerSource implements Source<InputRecord, BrokerSource.Partition, TreeSet<Integer>> {
  private static final long serialVersionUID = 1L;

  /** A partition and the next record to read of it. */
  record Partition(int index, int next) implements SourceSplit {
    @Override
    public String splitId() {
      return "partition-" + index;
    }
  }

  @Override
  public Boundedness boundedness() {
    return Boundedness.BOUNDED;
  }

  @Override
  public TypeInformation<InputRecord> producedType() {
    return TypeInformation.of(InputRecord.class);
  }

  @Override
  public SplitEnumerator<Partition, TreeSet<Integer>> createEnumerator(
      SplitEnumeratorContext<Partition> context) {
    TreeSet<Integer> all = new TreeSet<>();
    for (int i = 0; i < Simulated.current().broker().partitionCount(); i++) {
      all.add(i);
    }
    return new Enumerator(context, all);
  }

  @Override
  public SplitEnumerator<Partition, TreeSet<Integer>> restoreEnumerator(
      SplitEnumeratorContext<Partition> context, TreeSet<Integer> unassigned) {
    return new Enumerator(context, unassigned);
  }

  @Override
  public SourceReader<InputRecord, Partition> createReader(SourceReaderContext context) {
    return new Reader(Simulated.current(), context);
  }

  @Override
  public VersionedSerializer<Partition> splitSerializer() {
    return new VersionedSerializer<>() {
      @Override
      public int version() {
        return 1;
      }

      @Override
      public byte[] serialize(Partition split) {
        BinaryWriter out = new BinaryWriter();
        out.writeInt(split.index());
        out.writeInt(split.next());
        return out.toByteArray();
      }

      @Override
      public Partition deserialize(int version, byte[] bytes) {
        BinaryReader in = new BinaryReader(bytes, BrokerSource.class.getClassLoader());
        return new Partition(in.readInt(), in.readInt());
      }
    };
  }

  @Override
  public VersionedSerializer<TreeSet<Integer>> enumeratorStateSerializer() {
    return new VersionedSerializer<>() {
      @Override
      public int version() {
        return 1;
      }

      @Override
      public byte[] serialize(TreeSet<Integer> unassigned) {
        BinaryWriter out = new BinaryWriter();
        out.writeInt(unassigned.size());
        unassigned.forEach(out::writeInt);
        return out.toByteArray();
      }

      @Override
      public TreeSet<Integer> deserialize(int version, byte[] bytes) {
        BinaryReader in = new BinaryReader(bytes, BrokerSource.class.getClassLoader());
        TreeSet<Integer> unassigned = new TreeSet<>();
        for (int i = in.readInt(); i > 0; i--) {
          unassigned.add(in.readInt());
        }
        return unassigned;
      }
    };
  }

  /** Hands a reader its share bit by bit, so that assignments cross checkpoints. */
  private static final class Enumerator implements SplitEnumerator<Partition, TreeSet<Integer>> {
    private final SplitEnumeratorContext<Partition> context;
    private final TreeSet<Integer> unassigned;

    Enumerator(SplitEnumeratorContext<Partition> context, TreeSet<Integer> unassigned) {
      this.context = context;
      this.unassigned = new TreeSet<>(unassigned);
    }

    @Override
    public void start() {}

    @Override
    public void addReader(int subtask) {
      for (int index : unassigned) {
        if (index % context.currentParallelism() == subtask) {
          unassigned.remove(index);
          context.assignSplits(subtask, List.of(new Partition(index, 0)));
          context.callAsync(() -> subtask, (reader, failure) -> addReader(reader));
          return;
        }
      }
      context.signalNoMoreSplits(subtask);
    }

    @Override
    public void handleSplitRequest(int subtask) {}

    @Override
    public void addSplitsBack(List<Partition> splits, int subtask) {
      splits.forEach(split -> unassigned.add(split.index()));
    }

    @Override
    public TreeSet<Integer> snapshotState(long checkpointId) {
      return new TreeSet<>(unassigned);
    }

    @Override
    public void close() {}
  }

  private static final class Reader implements SourceReader<InputRecord, Partition> {
    private final Simulation simulation;
    private final SourceReaderContext context;
    private final TreeMap<Integer, Integer> next = new TreeMap<>();
    private boolean noMore;
    private boolean closed;

    Reader(Simulation simulation, SourceReaderContext context) {
      this.simulation = simulation;
      this.context = context;
    }

    @Override
    public void start() {}

    @Override
    public PollStatus poll(ReaderOutput<InputRecord> output) throws Exception {
      Broker broker = simulation.broker();
      List<Integer> readable = new ArrayList<>();
      boolean all = noMore;
      for (var entry : next.entrySet()) {
        int index = entry.getKey();
        if (entry.getValue() < broker.available(index)) {
          readable.add(index);
        }
        all &= entry.getValue() == broker.partition(index).size();
      }
      if (all) {
        return PollStatus.END_OF_INPUT;
      }
      if (!readable.isEmpty()) {
        World world = simulation.world();
        read(
            readable.get((int) world.between(0, readable.size() - 1)), world.between(1, 4), output);
        return PollStatus.MORE_AVAILABLE;
      }
      simulation.world().after(broker.intervalMicros(), "records arrive", this::wakeUp);
      return PollStatus.NOTHING_AVAILABLE;
    }

    private void read(int index, long most, ReaderOutput<InputRecord> output) throws Exception {
      var out = output.split("partition-" + index);
      int at = next.get(index);
      int end = (int) Math.min(at + most, simulation.broker().available(index));
      while (at < end && output.hasRoom()) {
        InputRecord record = simulation.broker().partition(index).get(at++);
        out.collect(record, record.id());
      }
      next.put(index, at);
    }

    private void wakeUp() {
      if (!closed) {
        context.wakeUp();
      }
    }

    @Override
    public void addSplits(List<Partition> splits) {
      for (Partition split : splits) {
        if (next.put(split.index(), split.next()) != null) {
          simulation
              .world()
              .violated("S1: " + split.splitId() + " was assigned twice to one reader");
        }
      }
      context.wakeUp();
    }

    @Override
    public void noMoreSplits() {
      noMore = true;
      context.wakeUp();
    }

    @Override
    public List<Partition> snapshotState(long checkpointId) {
      List<Partition> splits = new ArrayList<>();
      next.forEach((index, at) -> splits.add(new Partition(index, at)));
      return splits;
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
