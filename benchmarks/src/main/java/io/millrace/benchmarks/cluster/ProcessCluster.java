package io.millrace.benchmarks.cluster;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import io.millrace.client.MillraceClient;
import io.millrace.client.RemoteJob;
import io.millrace.client.process.LocalCluster;
import io.millrace.client.process.RunDirectory;
import io.millrace.client.process.RunDirectory.ClusterProcess;
import io.millrace.core.config.Configuration;
import io.millrace.jobmanager.JobView;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.submit.JobHandle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * A JobManager and TaskManagers as processes of their own, which exchange records over loopback
 * TCP. What they use up is asked of them over JMX and counted together with this process.
 */
public final class ProcessCluster implements KeptCluster {
  private final LocalCluster cluster;
  private final JvmUsage self;
  private final Map<Long, Watched> watched = new LinkedHashMap<>();

  /** What processes had used up when they were killed. */
  private Usage killed = Usage.NONE;

  private record Watched(JMXConnector connection, JvmUsage jvm) {}

  private ProcessCluster(LocalCluster cluster, JvmUsage self) {
    this.cluster = cluster;
    this.self = self;
  }

  /** Starts the processes, which end with this one. */
  public static ProcessCluster start(Path directory, Configuration configuration, int taskManagers)
      throws Exception {
    LocalCluster processes =
        LocalCluster.start(new RunDirectory(directory), configuration, taskManagers, false);
    ProcessCluster cluster = new ProcessCluster(processes, JvmUsage.ofThisProcess());
    boolean up = false;
    try {
      cluster.watchAll();
      up = true;
      return cluster;
    } finally {
      if (!up) {
        cluster.close();
      }
    }
  }

  private void watchAll() throws IOException {
    for (ClusterProcess process : cluster.state().processes()) {
      if (!watched.containsKey(process.pid())) {
        watched.put(process.pid(), watch(process));
      }
    }
  }

  @SuppressWarnings("BanJNDI") // the address is from a process that we started, not from outside
  private static Watched watch(ClusterProcess process) throws IOException {
    String address;
    try {
      VirtualMachine machine = VirtualMachine.attach(Long.toString(process.pid()));
      try {
        address = machine.startLocalManagementAgent();
      } finally {
        machine.detach();
      }
    } catch (AttachNotSupportedException e) {
      throw new IOException("Can't look into the " + process.role() + ": " + e.getMessage(), e);
    }
    JMXConnector connection = JMXConnectorFactory.connect(new JMXServiceURL(address));
    return new Watched(
        connection, new JvmUsage(process.role(), connection.getMBeanServerConnection()));
  }

  @Override
  public JobHandle submit(JobGraph graph) {
    // The workloads are on the processes' class path, so no jar has to be sent.
    MillraceClient client = cluster.client();
    return RemoteJob.watch(
        client, client.submit(graph, List.of(), Optional.empty(), false), job -> {});
  }

  @Override
  public JobView view(JobId job) {
    return cluster.client().job(job);
  }

  @Override
  public void collectGarbage() {
    self.collectGarbage();
    watched.values().forEach(process -> process.jvm.collectGarbage());
  }

  @Override
  public Usage usage() throws IOException {
    watchAll();
    Usage sum = self.usage().plus(killed);
    for (Watched process : watched.values()) {
      sum = sum.plus(process.jvm.usage());
    }
    return sum;
  }

  @Override
  public long killTaskManager() throws Exception {
    ClusterProcess victim =
        cluster.state().processes().stream()
            .filter(process -> process.role().startsWith("taskmanager"))
            .findFirst()
            .orElseThrow();
    killed = killed.plus(watched.remove(victim.pid()).jvm.usage());
    long moment = System.nanoTime();
    cluster.forget(victim);
    cluster.launchTaskManager();
    return moment;
  }

  @Override
  public void close() {
    // Their connections break off with the processes; closing them first would only take time.
    watched.clear();
    try {
      cluster.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
