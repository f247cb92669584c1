package io.millrace.benchmarks.cluster;

import io.millrace.client.local.MiniCluster;
import io.millrace.jobmanager.JobView;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.state.rocksdb.RocksDbSettings;
import io.millrace.runtime.submit.JobHandle;
import io.millrace.runtime.task.TaskTuning;
import java.io.IOException;
import java.util.Optional;

/** The in-process cluster: one TaskManager, no network. */
public final class InProcessCluster implements KeptCluster {
  private final MiniCluster cluster;
  private final JvmUsage jvm;

  private InProcessCluster(MiniCluster cluster, JvmUsage jvm) {
    this.cluster = cluster;
    this.jvm = jvm;
  }

  /**
   * @param rocksDb memory of RocksDB state
   */
  public static InProcessCluster start(int slots, RocksDbSettings rocksDb) throws IOException {
    return new InProcessCluster(
        MiniCluster.start(
            new MiniCluster.Settings(
                1,
                slots,
                Optional.empty(),
                Optional.empty(),
                rocksDb,
                TaskTuning.FULL,
                InProcessCluster.class.getClassLoader())),
        JvmUsage.ofThisProcess());
  }

  @Override
  public JobHandle submit(JobGraph graph) {
    return cluster.submit(graph, Optional.empty(), false);
  }

  @Override
  public JobView view(JobId job) {
    return cluster.dispatcher().job(job).orElseThrow();
  }

  @Override
  public void collectGarbage() {
    jvm.collectGarbage();
  }

  @Override
  public Usage usage() throws IOException {
    return jvm.usage();
  }

  @Override
  public long killTaskManager() {
    throw new IllegalStateException("It would be the end of this process: use --task-managers 2");
  }

  @Override
  public void close() {
    cluster.close();
  }
}
