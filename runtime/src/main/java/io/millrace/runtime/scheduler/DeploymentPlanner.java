package io.millrace.runtime.scheduler;

import io.millrace.runtime.checkpoint.StateAssignment;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.SubtaskId;
import io.millrace.runtime.rpc.TaskDeployment;
import io.millrace.runtime.rpc.TaskDeployment.Input;
import io.millrace.runtime.rpc.TaskDeployment.Output;
import io.millrace.runtime.rpc.TaskDeployment.Peer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Places a job on slots: subtask i of every vertex in slot i (slot sharing), slots spread over the
 * TaskManagers. With fewer slots than wanted each vertex runs with as many subtasks as there are
 * slots. Pure.
 */
final class DeploymentPlanner {
  private final JobId job;
  private final JobGraph graph;
  private final List<JobVertex> vertices;
  private final List<SlotOffer> slots;
  private final int execution;

  DeploymentPlanner(JobId job, JobGraph graph, int execution, List<SlotOffer> offers) {
    this.job = job;
    this.graph = graph;
    this.execution = execution;
    this.slots = spread(offers, graph.slotsNeeded());
    this.vertices =
        graph.vertices().stream()
            .map(vertex -> vertex.withParallelism(Math.min(vertex.parallelism(), slots.size())))
            .toList();
  }

  /** One entry a slot, taken from the TaskManagers in turn, by ascending id. */
  private static List<SlotOffer> spread(List<SlotOffer> offers, int wanted) {
    List<SlotOffer> sorted =
        offers.stream()
            .filter(offer -> offer.count() > 0)
            .sorted(Comparator.comparing(SlotOffer::taskManager))
            .toList();
    List<SlotOffer> slots = new ArrayList<>();
    for (int round = 0; slots.size() < wanted; round++) {
      int before = slots.size();
      for (SlotOffer offer : sorted) {
        if (round < offer.count() && slots.size() < wanted) {
          slots.add(offer);
        }
      }
      if (slots.size() == before) {
        break;
      }
    }
    return slots;
  }

  /** The slots taken, one offer a TaskManager. */
  List<SlotOffer> slotsTaken() {
    List<SlotOffer> taken = new ArrayList<>();
    for (SlotOffer slot : slots.stream().distinct().toList()) {
      int count = (int) slots.stream().filter(slot::equals).count();
      taken.add(new SlotOffer(slot.taskManager(), slot.host(), slot.dataPort(), count));
    }
    return taken;
  }

  /** The vertices with the parallelism they run with. */
  List<JobVertex> vertices() {
    return vertices;
  }

  boolean isReduced() {
    return slots.size() < graph.slotsNeeded();
  }

  /** How many slots it runs in. */
  int slots() {
    return slots.size();
  }

  /** Whether the vertex starts the flow: barriers are injected there. */
  boolean isInput(int vertex) {
    return graph.inputsOf(vertex).isEmpty();
  }

  SlotOffer slotOf(SubtaskId subtask) {
    return slots.get(subtask.index());
  }

  List<TaskDeployment> deployments(StateAssignment state, Optional<CheckpointId> restoredFrom) {
    List<TaskDeployment> deployments = new ArrayList<>();
    for (JobVertex vertex : vertices) {
      for (int i = 0; i < vertex.parallelism(); i++) {
        deployments.add(deployment(vertex, i, state, restoredFrom));
      }
    }
    return deployments;
  }

  AttemptId attempt(int vertex, int subtask) {
    return new AttemptId(new SubtaskId(job, vertex, subtask), execution);
  }

  private TaskDeployment deployment(
      JobVertex vertex, int index, StateAssignment state, Optional<CheckpointId> restoredFrom) {
    List<Input> inputs = new ArrayList<>();
    for (JobEdge edge : graph.inputsOf(vertex.index())) {
      int producers = vertices.get(edge.sourceVertex()).parallelism();
      List<Peer> peers = new ArrayList<>();
      for (int p = 0; p < producers; p++) {
        if (edge.partitioning().connects(p, producers, index, vertex.parallelism())) {
          peers.add(peer(p));
        }
      }
      inputs.add(new Input(edge, graph.idOf(edge), producers, peers));
    }
    List<Output> outputs = new ArrayList<>();
    for (JobEdge edge : graph.outputsOf(vertex.index())) {
      JobVertex target = vertices.get(edge.targetVertex());
      List<Peer> peers = new ArrayList<>();
      for (int c = 0; c < target.parallelism(); c++) {
        if (edge.partitioning().connects(index, vertex.parallelism(), c, target.parallelism())) {
          peers.add(peer(c));
        }
      }
      outputs.add(new Output(edge, target.parallelism(), target.maxParallelism(), peers));
    }
    return new TaskDeployment(
        attempt(vertex.index(), index),
        graph.name(),
        vertex,
        inputs,
        outputs,
        graph.checkpoints(),
        graph.jars(),
        state.forSubtask(vertex, index),
        restoredFrom);
  }

  private Peer peer(int subtask) {
    SlotOffer slot = slots.get(subtask);
    return new Peer(subtask, slot.taskManager().value(), slot.host(), slot.dataPort());
  }
}
