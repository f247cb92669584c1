package io.millrace.processtests.differential;

import io.millrace.api.datastream.Graphs;
import io.millrace.api.datastream.StreamExecutionEnvironment;
import io.millrace.client.local.MiniCluster;
import io.millrace.core.state.StateBackend;
import io.millrace.runtime.state.rocksdb.RocksDbSettings;
import io.millrace.runtime.task.TaskTuning;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A way to run jobs, with one or more of the engine's short cuts left out.
 *
 * @param cluster on which its jobs run
 * @param whole whether records are never taken apart
 * @param checkpoints whether there are some while it runs
 */
record Variant(
    String name, MiniCluster cluster, StateBackend backend, boolean whole, boolean checkpoints)
    implements AutoCloseable {
  /** Of a state of a hundred entries, nearly all are in the database alone. */
  private static final RocksDbSettings TINY_CACHE =
      new RocksDbSettings(4 << 10, 16 << 20, 8 << 20, 64, 16, 1 << 10, true);

  private static final RocksDbSettings LARGE_CACHE =
      new RocksDbSettings(256 << 20, 16 << 20, 8 << 20, 1 << 20, 2_048, 4 << 20, true);

  private static final TaskTuning SINGLE = new TaskTuning(1, true);
  private static final TaskTuning SHARED_CLASSES =
      new TaskTuning(TaskTuning.FULL.batchRecords(), false);
  private static final TaskTuning NOTHING = new TaskTuning(1, false);

  private static final String SINGLY = "batches of one";

  static List<Variant> start() {
    StateBackend heap = StateBackend.HEAP;
    StateBackend rocksDb = StateBackend.ROCKSDB;
    return List.of(
        new Variant("all", cluster(1, TaskTuning.FULL, LARGE_CACHE), heap, false, false),
        new Variant(SINGLY, cluster(1, SINGLE, LARGE_CACHE), heap, false, false),
        new Variant("shared classes", cluster(1, SHARED_CLASSES, LARGE_CACHE), heap, false, true),
        new Variant("objects", cluster(1, TaskTuning.FULL, LARGE_CACHE), heap, true, false),
        new Variant("large cache", cluster(1, TaskTuning.FULL, LARGE_CACHE), rocksDb, false, true),
        new Variant("tiny cache", cluster(1, TaskTuning.FULL, TINY_CACHE), rocksDb, false, true),
        new Variant("processes", cluster(2, TaskTuning.FULL, LARGE_CACHE), heap, false, true),
        new Variant("nothing", cluster(2, NOTHING, TINY_CACHE), rocksDb, true, true));
  }

  private static MiniCluster cluster(int taskManagers, TaskTuning tuning, RocksDbSettings rocksDb) {
    return MiniCluster.start(
        new MiniCluster.Settings(
            taskManagers,
            4 / taskManagers,
            Optional.empty(),
            Optional.empty(),
            rocksDb,
            tuning,
            Variant.class.getClassLoader()));
  }

  /** Whether a record is sent on at once, and the watermark behind it. */
  boolean sendsSingly() {
    return name.equals(SINGLY);
  }

  /** Runs a job to its end. */
  <T> List<T> run(Job<T> job) throws Exception {
    Results.take(name); // what a run that failed has left
    StreamExecutionEnvironment env = job.define(name, whole);
    env.setStateBackend(backend);
    if (checkpoints) {
      env.enableCheckpointing(Duration.ofMillis(10));
    }
    cluster
        .submit(Graphs.of(env, "random job", 1), Optional.empty(), false)
        .result()
        .toCompletableFuture()
        .get(2, TimeUnit.MINUTES)
        .orThrow();
    return Results.take(name);
  }

  @Override
  public void close() {
    cluster.close();
  }
}
