package io.millrace.client.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.client.ClusterException;
import io.millrace.client.MillraceClient;
import io.millrace.client.process.LocalCluster;
import io.millrace.client.process.RunDirectory;
import io.millrace.client.process.RunDirectory.ClusterProcess;
import io.millrace.client.process.RunDirectory.State;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.TaskManagerOptions;
import io.millrace.jobmanager.JobView;
import io.millrace.jobmanager.TaskManagerView;
import io.millrace.jobmanager.rest.RestJson;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace cluster start|stop|status}: the cluster of processes on this machine. */
@Command(
    name = "cluster",
    description = "Starts and stops a cluster on this machine, as separate processes.",
    footer = {
      "  millrace cluster start --task-managers 2 --slots 4",
      "  millrace cluster status",
      "  millrace cluster stop"
    })
final class ClusterCommand extends MillraceCommand {
  ClusterCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() {
    throw usage("Say what to do: start, stop or status");
  }

  @Command(
      name = "start",
      description = {
        "Starts a JobManager and TaskManagers; returns when they are registered.",
        "Jobs that ran when the cluster was stopped are recovered."
      },
      footer = {
        "  millrace cluster start",
        "  millrace cluster start --task-managers 2 --slots 4 -D rest.port=8081"
      })
  static final class Start extends MillraceCommand {
    @Option(
        names = "--task-managers",
        paramLabel = "N",
        description = "How many; default: ${DEFAULT-VALUE}.")
    int taskManagers = 1;

    @Option(
        names = "--slots",
        paramLabel = "S",
        description = "Slots of each; default: taskmanager.slots of the configuration.")
    Optional<Integer> slots = Optional.empty();

    Start(Console console) {
      super(console);
    }

    @Override
    public Integer call() throws InterruptedException {
      if (taskManagers < 1) {
        throw usage("--task-managers is at least 1, not " + taskManagers);
      }
      Configuration configuration = common.configuration(console);
      if (slots.isPresent()) {
        configuration = configuration.with(TaskManagerOptions.SLOTS, slots.get().toString());
      }
      RunDirectory directory = RunDirectory.of(console.environment());
      LocalCluster cluster = LocalCluster.start(directory, configuration, taskManagers, true);
      if (common.json) {
        console.json(state(directory, cluster.state(), Optional.of(cluster.client())));
      } else {
        List<TaskManagerView> registered = cluster.client().taskManagers();
        console.line(
            "The cluster is up: "
                + registered.size()
                + (registered.size() == 1 ? " TaskManager, " : " TaskManagers, ")
                + registered.stream().mapToInt(TaskManagerView::slots).sum()
                + " slots");
        console.line("  REST     " + cluster.state().rest());
        console.line("  metrics  " + cluster.state().rest() + "/metrics");
        console.line("  memory   " + cluster.taskManagerMemory().summary() + " a TaskManager");
        console.line("  logs     " + directory.logs());
        console.line("  token    " + directory.tokenFile());
      }
      return ExitCode.OK;
    }
  }

  @Command(
      name = "stop",
      description = {
        "Ends all processes of the cluster that 'cluster start' started.",
        "Checkpoints, savepoints and logs stay; the next 'cluster start' recovers running jobs."
      },
      footer = {"  millrace cluster stop"})
  static final class Stop extends MillraceCommand {
    Stop(Console console) {
      super(console);
    }

    @Override
    public Integer call() throws InterruptedException {
      RunDirectory directory = RunDirectory.of(console.environment());
      Optional<State> state = directory.state();
      long running = state.map(found -> runningJobs(directory, found)).orElse(0L);
      LocalCluster.stop(directory);
      int count = state.map(found -> found.processes().size()).orElse(0);
      if (common.json) {
        console.json(
            JsonNodeFactory.instance
                .objectNode()
                .put("stopped", count)
                .put("jobsToRecover", running));
      } else if (state.isEmpty()) {
        console.line("No cluster was running here.");
      } else {
        console.line(
            "The cluster is stopped ("
                + count
                + " processes)"
                + (running == 0 ? "" : "; jobs that the next start recovers: " + running));
      }
      return ExitCode.OK;
    }

    private static long runningJobs(RunDirectory directory, State state) {
      try {
        return reach(directory, state).jobs().stream()
            .filter(job -> !job.status().isTerminal())
            .count();
      } catch (ClusterException e) {
        return 0;
      }
    }
  }

  @Command(
      name = "status",
      description = "Shows the processes of the cluster, its address, slots and jobs.",
      footer = {"  millrace cluster status", "  millrace cluster status --json"})
  static final class Status extends MillraceCommand {
    Status(Console console) {
      super(console);
    }

    @Override
    public Integer call() {
      RunDirectory directory = RunDirectory.of(console.environment());
      Optional<State> state = directory.state();
      if (state.isEmpty()) {
        if (common.json) {
          console.json(JsonNodeFactory.instance.objectNode().put("running", false));
        } else {
          console.line("No cluster is running here (millrace cluster start).");
        }
        return ExitCode.FAILED;
      }
      boolean whole = state.get().processes().stream().allMatch(p -> p.find().isPresent());
      Optional<MillraceClient> client = Optional.of(reach(directory, state.get()));
      try {
        client.get().overview();
      } catch (ClusterException e) {
        client = Optional.empty();
      }
      if (common.json) {
        console.json(state(directory, state.get(), client));
      } else {
        print(directory, state.get(), client);
      }
      return whole && client.isPresent() ? ExitCode.OK : ExitCode.FAILED;
    }

    private void print(RunDirectory directory, State state, Optional<MillraceClient> client) {
      console.line("REST   " + state.rest() + (client.isEmpty() ? "  (does not answer)" : ""));
      console.line("token  " + directory.tokenFile());
      if (client.isPresent()) {
        List<TaskManagerView> all = client.get().taskManagers();
        List<JobView> jobs = client.get().jobs();
        console.line(
            "slots  "
                + all.stream().mapToInt(TaskManagerView::freeSlots).sum()
                + " free of "
                + all.stream().mapToInt(TaskManagerView::slots).sum());
        console.line(
            "jobs   "
                + jobs.stream().filter(job -> !job.status().isTerminal()).count()
                + " running, "
                + jobs.stream().filter(job -> job.status().isTerminal()).count()
                + " over");
      }
      console.line("");
      Table table = new Table("PROCESS", "PID", "STATE", "LOG");
      for (ClusterProcess process : state.processes()) {
        table.row(
            process.role(),
            process.pid(),
            process.find().isPresent() ? "running" : "dead",
            process.log());
      }
      table.print(console);
    }
  }

  private static MillraceClient reach(RunDirectory directory, State state) {
    return new MillraceClient(java.net.URI.create(state.rest()), directory.token());
  }

  private static ObjectNode state(
      RunDirectory directory, State state, Optional<MillraceClient> client) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("running", client.isPresent());
    json.put("rest", state.rest());
    json.put("metrics", state.rest() + "/metrics");
    json.put("tokenFile", directory.tokenFile().toString());
    json.put("logs", directory.logs().toString());
    ArrayNode processes = json.putArray("processes");
    for (ClusterProcess process : state.processes()) {
      processes
          .addObject()
          .put("role", process.role())
          .put("pid", process.pid())
          .put("alive", process.find().isPresent())
          .put("log", process.log().toString());
    }
    ArrayNode taskManagers = json.putArray("taskManagers");
    client.ifPresent(
        c -> c.taskManagers().forEach(tm -> taskManagers.add(RestJson.taskManager(tm))));
    return json;
  }
}
