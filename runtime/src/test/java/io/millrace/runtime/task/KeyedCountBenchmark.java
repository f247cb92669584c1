package io.millrace.runtime.task;

import com.sun.management.OperatingSystemMXBean;
import io.millrace.core.time.WatermarkStrategy;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.FunctionShipping;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.graph.OperatorNode.Kind;
import io.millrace.runtime.graph.Partitioning;
import io.millrace.runtime.graph.RestartSettings;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.operators.EdgeSpec;
import io.millrace.runtime.operators.OneInputOperator;
import io.millrace.runtime.operators.OperatorFactory;
import io.millrace.runtime.operators.OperatorSnapshot;
import io.millrace.runtime.operators.SourceOperatorFactory;
import io.millrace.runtime.rpc.ToJobManager.TaskState;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.state.StateHandles.Blob;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** CPU time per record of the keyed-count workload: {@code main(records, keys, runs)}. */
public final class KeyedCountBenchmark {
  public static final LongAdder CHECKSUM = new LongAdder();
  public static final LongAdder EMITTED = new LongAdder();

  /** Whether the last operator's snapshots fail. */
  public static volatile boolean snapshotsFail;

  private KeyedCountBenchmark() {}

  /** Adds up hashes. */
  public static final class ChecksumOperator extends OneInputOperator<KeyValue, Void> {
    private long sum;
    private long count;

    @Override
    public void process(KeyValue v, long timestamp) {
      long h = (v.key() * 0x9E3779B97F4A7C15L) ^ (v.value() * 0xC2B2AE3D27D4EB4FL);
      sum += h ^ (h >>> 32);
      count++;
    }

    @Override
    public void snapshot(CheckpointId checkpoint, OperatorSnapshot snapshot) {
      if (snapshotsFail) {
        throw new IllegalStateException("no snapshot " + checkpoint);
      }
    }

    @Override
    public boolean endOfData() {
      CHECKSUM.add(sum);
      EMITTED.add(count);
      return true;
    }
  }

  static JobGraph graph(long records, long keys, int parallelism) {
    SourceOperatorFactory<KeyValue> source =
        new SourceOperatorFactory<>(
            new KeyValueSource(records, keys), WatermarkStrategy.noWatermarks());
    OperatorFactory sum = (OperatorFactory & Serializable) maker -> maker.make(SumOperator.class);
    OperatorFactory sink =
        (OperatorFactory & Serializable) maker -> maker.make(ChecksumOperator.class);
    EdgeSpec<KeyValue, Long> spec =
        EdgeSpec.keyed(
            TypeInformation.of(KeyValue.class), KeyValue::key, TypeInformation.of(Long.class));
    return new JobGraph(
        "keyed-count",
        List.of(
            new JobVertex(
                0,
                "source",
                parallelism,
                128,
                List.of(
                    node("source", -1, Kind.SOURCE, FunctionShipping.serialize(source, "source")))),
            new JobVertex(
                1,
                "sum",
                parallelism,
                128,
                List.of(
                    node("sum", -1, Kind.OPERATOR, FunctionShipping.serialize(sum, "sum")),
                    node("sink", 0, Kind.OPERATOR, FunctionShipping.serialize(sink, "sink"))))),
        List.of(
            new JobEdge(
                0, 0, 0, "", 1, 0, Partitioning.HASH, FunctionShipping.serialize(spec, "edge"))),
        CheckpointSettings.DISABLED,
        RestartSettings.none(),
        List.of());
  }

  private static OperatorNode node(String name, int parent, Kind kind, byte[] factory) {
    return new OperatorNode(name, true, name, parent, "", kind, true, factory);
  }

  static void reset() {
    CHECKSUM.reset();
    EMITTED.reset();
    snapshotsFail = false;
  }

  static long run(long records, long keys, int parallelism, int threads) throws Exception {
    reset();
    try (LocalJob job = new LocalJob(graph(records, keys, parallelism), null, threads)) {
      job.deploy(0, Map.of());
      job.awaitAll(TaskState.RUNNING);
      KeyValueSource source = new KeyValueSource(records, keys);
      for (AttemptId attempt : job.attempts()) {
        if (attempt.subtask().vertex() == 0) {
          job.assign(
              attempt,
              List.of(
                  new Blob(
                      1,
                      source
                          .splitSerializer()
                          .serialize(
                              new KeyValueSource.Stride(attempt.subtask().index(), parallelism)))));
        }
      }
      job.awaitAll(TaskState.END_OF_DATA);
      job.attempts().forEach(attempt -> job.tell(new ToTaskManager.Finish(attempt)));
      job.awaitAll(TaskState.FINISHED);
    }
    return CHECKSUM.sum();
  }

  public static void main(String[] args) throws Exception {
    long records = Long.parseLong(args[0]);
    long keys = Long.parseLong(args[1]);
    var os = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    for (int i = 0; i < Integer.parseInt(args[2]); i++) {
      long cpu = os.getProcessCpuTime();
      long wall = System.nanoTime();
      long checksum = run(records, keys, 2, 2);
      wall = System.nanoTime() - wall;
      cpu = os.getProcessCpuTime() - cpu;
      System.out.printf(
          "keys=%d wall %.2fs %.2fM/s cpu %.1f ns/rec checksum %x emitted %d%n",
          keys, wall / 1e9, records * 1e3 / wall, (double) cpu / records, checksum, EMITTED.sum());
    }
  }
}
