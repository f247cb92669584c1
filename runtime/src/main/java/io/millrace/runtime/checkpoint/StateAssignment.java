package io.millrace.runtime.checkpoint;

import io.millrace.core.config.NearestName;
import io.millrace.runtime.checkpoint.CheckpointMetadata.EnumeratorState;
import io.millrace.runtime.checkpoint.CheckpointMetadata.OperatorState;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.graph.Partitioning;
import io.millrace.runtime.id.EdgeId;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyGroups;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateHandles.Blob;
import io.millrace.runtime.state.StateHandles.ChannelSection;
import io.millrace.runtime.state.StateHandles.FileSection;
import io.millrace.runtime.state.StateHandles.KeyedSection;
import io.millrace.runtime.state.StateHandles.SplitState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Who gets what of a checkpoint, at any parallelism: the one path for restart, recovery, start from
 * a savepoint and rescaling (invariant KG7). Immutable.
 */
public final class StateAssignment {
  private final Map<String, OperatorState> states;

  /** How records are shared out that were in flight, by the consumer's uid and the edge. */
  private final Map<String, Map<EdgeId, Partitioning>> edges;

  private StateAssignment(
      Map<String, OperatorState> states, Map<String, Map<EdgeId, Partitioning>> edges) {
    this.states = states;
    this.edges = edges;
  }

  /** For a start from nothing. */
  public static StateAssignment none() {
    return new StateAssignment(Map.of(), Map.of());
  }

  /**
   * Checks that the checkpoint fits the graph (invariant CC14).
   *
   * @param allowDroppedState whether state that no operator claims may be dropped
   * @throws RestoreException if not, naming the operators of both sides
   */
  public static StateAssignment of(
      JobGraph graph, CheckpointMetadata checkpoint, boolean allowDroppedState) {
    String what = (checkpoint.savepoint() ? "Savepoint " : "Checkpoint ") + checkpoint.directory();
    boolean changed = GraphFingerprint.of(graph) != checkpoint.graphFingerprint();
    Map<String, JobVertex> vertexByUid = new TreeMap<>();
    Map<String, OperatorNode> operatorByUid = new TreeMap<>();
    for (JobVertex vertex : graph.vertices()) {
      for (OperatorNode operator : vertex.operators()) {
        vertexByUid.put(operator.uid(), vertex);
        operatorByUid.put(operator.uid(), operator);
      }
    }
    Map<String, Map<EdgeId, Partitioning>> edges = edges(graph);
    Map<String, OperatorState> states = new TreeMap<>();
    List<OperatorState> unclaimed = new ArrayList<>();
    for (OperatorState state : checkpoint.operators()) {
      OperatorNode operator = operatorByUid.get(state.uid());
      if (!state.hasState()) {
        continue;
      }
      if (operator == null) {
        unclaimed.add(state);
        continue;
      }
      if (changed && !(state.uidExplicit() && operator.uidExplicit())) {
        throw new RestoreException(
            what
                + " has state of operator '"
                + operator.name()
                + "', which has no uid, and the job's graph has changed since: whose state it is"
                + " can't be known. Start with the former graph, or without this state; give every"
                + " stateful operator a .uid(...) for the next time");
      }
      check(what, state, operator, vertexByUid.get(state.uid()));
      checkChannels(what, state, changed, edges.getOrDefault(state.uid(), Map.of()));
      states.put(state.uid(), state);
    }
    if (!unclaimed.isEmpty() && !allowDroppedState) {
      throw new RestoreException(unclaimed(what, unclaimed, operatorByUid));
    }
    return new StateAssignment(states, edges);
  }

  private static Map<String, Map<EdgeId, Partitioning>> edges(JobGraph graph) {
    Map<String, Map<EdgeId, Partitioning>> edges = new TreeMap<>();
    for (JobEdge edge : graph.edges()) {
      String consumer = graph.vertices().get(edge.targetVertex()).operators().get(0).uid();
      edges
          .computeIfAbsent(consumer, uid -> new HashMap<>())
          .put(graph.idOf(edge), edge.partitioning());
    }
    return edges;
  }

  /** Records in flight are on their way between operators: both, and the way, must be there. */
  private static void checkChannels(
      String what, OperatorState state, boolean changed, Map<EdgeId, Partitioning> edges) {
    for (StateHandles handles : state.subtasks()) {
      for (ChannelSection channel : handles.channels()) {
        Partitioning now = edges.get(channel.edge());
        if (changed || now == null || !now.mayBeOvertaken()) {
          throw new RestoreException(
              what
                  + " is unaligned: records from '"
                  + channel.edge().sourceUid()
                  + "' to operator '"
                  + state.name()
                  + "' were in flight, and "
                  + (changed
                      ? "the job's graph has changed since"
                      : "the job does not exchange them by key, round-robin or to one subtask now")
                  + ". Start the former graph from it and take a savepoint, in which nothing is in"
                  + " flight, or start from an aligned checkpoint");
        }
      }
    }
  }

  private static void check(
      String what, OperatorState state, OperatorNode operator, JobVertex vertex) {
    boolean keyed =
        state.subtasks().stream()
            .anyMatch(handles -> !handles.keyed().isEmpty() || !handles.channels().isEmpty());
    if (keyed && state.maxParallelism() != vertex.maxParallelism()) {
      throw new RestoreException(
          what
              + " has state of operator '"
              + operator.name()
              + "' in "
              + state.maxParallelism()
              + " key groups, but the job asks for "
              + vertex.maxParallelism()
              + ": the number is fixed at the first start. Call setMaxParallelism("
              + state.maxParallelism()
              + ")");
    }
    boolean isSource = operator.kind() == OperatorNode.Kind.SOURCE;
    if (state.enumerator().isPresent() && !isSource) {
      throw new RestoreException(
          what
              + " has state of a source with uid '"
              + state.uid()
              + "', but the job's operator of that uid, '"
              + operator.name()
              + "', is not a source. Give it another uid");
    }
  }

  private static String unclaimed(
      String what, List<OperatorState> unclaimed, Map<String, OperatorNode> operators) {
    StringBuilder message = new StringBuilder(what).append(" has state that no operator claims: ");
    String separator = "";
    for (OperatorState state : unclaimed) {
      message.append(separator).append('\'').append(state.uid()).append('\'');
      if (!state.name().equals(state.uid())) {
        message.append(" (").append(state.name()).append(')');
      }
      NearestName.of(state.uid(), operators.keySet())
          .ifPresent(name -> message.append(", did you rename it to '").append(name).append("'?"));
      separator = "; ";
    }
    return message
        .append(". The job's operators are ")
        .append(operators.keySet().stream().map(uid -> "'" + uid + "'").toList().toString())
        .append(". Give the operators their former uids, or allow dropped state")
        .toString();
  }

  /**
   * The state of one subtask.
   *
   * @param vertex with the parallelism it is deployed with
   * @return handles by operator uid; operators without state are left out
   */
  public Map<String, StateHandles> forSubtask(JobVertex vertex, int subtask) {
    KeyGroupRange range = KeyGroups.rangeOf(subtask, vertex.parallelism(), vertex.maxParallelism());
    Map<String, StateHandles> result = new TreeMap<>();
    for (OperatorNode operator : vertex.operators()) {
      OperatorState state = states.get(operator.uid());
      if (state == null) {
        continue;
      }
      List<KeyedSection> keyed = new ArrayList<>();
      List<FileSection> sections = new ArrayList<>();
      List<SplitState> splits = new ArrayList<>();
      List<Blob> committables = new ArrayList<>();
      for (StateHandles handles : state.subtasks()) {
        for (KeyedSection section : handles.keyed()) {
          restrict(section, range).ifPresent(keyed::add);
        }
        // How operator state is shared out (list, union, broadcast) is known where it is read.
        sections.addAll(handles.operator());
        splits.addAll(handles.splits());
        committables.addAll(handles.committables());
      }
      List<SplitState> own = new ArrayList<>();
      for (int i = subtask; i < splits.size(); i += vertex.parallelism()) {
        own.add(splits.get(i)); // S1: each split goes to exactly one reader
      }
      StateHandles handles =
          new StateHandles(
              keyed, sections, own, committables, channels(state, vertex, subtask, range));
      if (!handles.equals(StateHandles.EMPTY)) {
        result.put(operator.uid(), handles);
      }
    }
    return result;
  }

  /** What of the records in flight may be the subtask's: it keeps those whose keys are (BA10). */
  private List<ChannelSection> channels(
      OperatorState state, JobVertex vertex, int subtask, KeyGroupRange range) {
    int before = state.parallelism();
    List<ChannelSection> own = new ArrayList<>();
    for (int i = 0; i < before; i++) {
      for (ChannelSection channel : state.subtasks().get(i).channels()) {
        boolean mayBeOwn =
            switch (edges.get(state.uid()).get(channel.edge())) {
              case HASH -> KeyGroups.rangeOf(i, before, vertex.maxParallelism()).intersects(range);
              case GLOBAL -> subtask == 0;
              default -> i % vertex.parallelism() == subtask;
            };
        if (mayBeOwn) {
          own.add(channel);
        }
      }
    }
    return own;
  }

  /** The snapshot of the vertex's split enumerator. */
  public Optional<EnumeratorState> enumerator(JobVertex vertex) {
    return Optional.ofNullable(states.get(vertex.operators().get(0).uid()))
        .flatMap(OperatorState::enumerator);
  }

  /**
   * Readers that are to be told again that no splits will come (invariant S4). At another
   * parallelism that is known only if all had been told; else the enumerator says it anew.
   */
  public Set<Integer> withoutMoreSplits(JobVertex vertex) {
    OperatorState state = states.get(vertex.operators().get(0).uid());
    if (state == null || state.enumerator().isEmpty()) {
      return Set.of();
    }
    Set<Integer> told = state.enumerator().get().withoutMoreSplits();
    if (state.parallelism() == vertex.parallelism()) {
      return told;
    }
    return told.size() == state.parallelism()
        ? new TreeSet<>(IntStream.range(0, vertex.parallelism()).boxed().toList())
        : Set.of();
  }

  /** Only the intersecting key groups (invariant KG7). */
  private static Optional<KeyedSection> restrict(KeyedSection section, KeyGroupRange range) {
    if (!section.range().intersects(range)) {
      return Optional.empty();
    }
    int first = Math.max(section.range().first(), range.first());
    int last = Math.min(section.range().last(), range.last());
    int offset = section.range().first();
    return Optional.of(
        new KeyedSection(
            new KeyGroupRange(first, last),
            section.groups().subList(first - offset, last + 1 - offset),
            section.image()));
  }
}
