package io.millrace.runtime.inspect;

import io.millrace.core.config.NearestName;
import io.millrace.runtime.checkpoint.CheckpointMetadata.OperatorState;
import io.millrace.runtime.checkpoint.RestoreException;
import io.millrace.runtime.checkpoint.StateAssignment;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.inspect.StatePlan.Row;
import io.millrace.runtime.inspect.StatePlan.Verdict;
import io.millrace.runtime.state.StateEvolution;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateMeta;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Says what would become of a savepoint's state in a job, by the job's graph and by what its
 * operators ask for when they open. Nothing is started, nothing changed. For one thread.
 */
public final class StatePlanner {
  /** How timers begin, which every keyed function has: that they are new is no news. */
  private static final String TIMERS = "$timers.";

  private final JobGraph graph;
  private final ClassLoader classes;
  private final StateArchive archive;

  /**
   * @param classes the job's
   */
  public StatePlanner(JobGraph graph, ClassLoader classes, StateArchive archive) {
    this.graph = graph;
    this.classes = classes;
    this.archive = archive;
  }

  /**
   * @throws IOException if the savepoint can't be read
   */
  public StatePlan plan() throws IOException {
    Map<String, OperatorState> written = new TreeMap<>();
    archive.metadata().operators().stream()
        .filter(OperatorState::hasState)
        .forEach(state -> written.put(state.uid(), state));
    Map<String, Map<String, StateMeta>> states = new TreeMap<>();
    for (StateSummary summary : archive.states(classes)) {
      states
          .computeIfAbsent(summary.uid(), uid -> new TreeMap<>())
          .put(summary.meta().name(), summary.meta());
    }
    List<Row> rows = new ArrayList<>();
    List<String> uids = new ArrayList<>();
    for (JobVertex vertex : graph.vertices()) {
      for (OperatorNode node : vertex.operators()) {
        uids.add(node.uid());
        OperatorState found = written.remove(node.uid());
        Map<String, StateMeta> was = states.getOrDefault(node.uid(), Map.of());
        rows.addAll(rows(vertex, node, Optional.ofNullable(found), was));
      }
    }
    for (OperatorState lost : written.values()) {
      rows.addAll(dropped(lost, states.getOrDefault(lost.uid(), Map.of()), uids));
    }
    refusal().ifPresent(rows::add);
    return new StatePlan(rows);
  }

  /** What the cluster would say of the operators as such. */
  private Optional<Row> refusal() {
    try {
      StateAssignment.of(graph, archive.metadata(), true);
      return Optional.empty();
    } catch (RestoreException e) {
      return Optional.of(
          new Row("", "(the job)", "", Verdict.INCOMPATIBLE, List.of(e.getMessage())));
    }
  }

  private List<Row> rows(
      JobVertex vertex,
      OperatorNode node,
      Optional<OperatorState> found,
      Map<String, StateMeta> was) {
    List<Row> rows = new ArrayList<>();
    found.ifPresent(state -> besides(node.uid(), node.name(), state, Verdict.KEEP, rows));
    Map<String, StateMeta> now = new LinkedHashMap<>();
    try {
      Optional<List<StateMeta>> declared = new DeclaredStates(graph, vertex, node, classes).find();
      if (declared.isEmpty()) {
        was.keySet()
            .forEach(
                name -> rows.add(new Row(node.uid(), node.name(), name, Verdict.KEEP, List.of())));
        return rows;
      }
      declared.get().forEach(meta -> now.put(meta.name(), meta));
    } catch (Exception | LinkageError e) {
      if (was.isEmpty() && !node.stateful()) {
        return rows;
      }
      rows.add(
          new Row(
              node.uid(),
              node.name(),
              was.isEmpty() ? "(all)" : String.join(", ", was.keySet()),
              Verdict.UNKNOWN,
              List.of("opening it here fails: " + e)));
      return rows;
    }
    now.forEach(
        (name, meta) -> {
          if (was.containsKey(name) || !name.startsWith(TIMERS)) {
            rows.add(row(node, name, Optional.ofNullable(was.get(name)), meta));
          }
        });
    was.forEach(
        (name, meta) -> {
          if (!now.containsKey(name)) {
            rows.add(new Row(node.uid(), node.name(), name, Verdict.UNREAD, unread(name, now)));
          }
        });
    return rows;
  }

  private static List<String> unread(String name, Map<String, StateMeta> now) {
    return NearestName.of(name, now.keySet())
        .map(near -> List.of("not asked for when the operator opens; was it renamed to " + near))
        .orElse(List.of("not asked for when the operator opens"));
  }

  private Row row(OperatorNode node, String name, Optional<StateMeta> was, StateMeta is) {
    if (was.isEmpty()) {
      return new Row(node.uid(), node.name(), name, Verdict.NEW, List.of());
    }
    StateEvolution evolution = StateEvolution.between(was.get(), is, classes);
    if (!evolution.obstacles().isEmpty()) {
      return new Row(node.uid(), node.name(), name, Verdict.INCOMPATIBLE, evolution.obstacles());
    }
    List<String> changes = new ArrayList<>(evolution.changes());
    if (was.get().ttl() != is.ttl()) {
      changes.add(is.ttl() ? "a time to live begins" : "the time to live ends");
    }
    return new Row(
        node.uid(), node.name(), name, changes.isEmpty() ? Verdict.KEEP : Verdict.MIGRATE, changes);
  }

  private static List<Row> dropped(
      OperatorState lost, Map<String, StateMeta> states, List<String> uids) {
    List<String> hint =
        NearestName.of(lost.uid(), uids)
            .map(near -> List.of("the job has no such operator; was it renamed to " + near))
            .orElse(List.of("the job has no such operator"));
    List<Row> rows = new ArrayList<>();
    besides(lost.uid(), lost.name(), lost, Verdict.DROP, rows);
    states
        .keySet()
        .forEach(name -> rows.add(new Row(lost.uid(), lost.name(), name, Verdict.DROP, hint)));
    if (rows.isEmpty()) {
      // Its state is refused as any other, though it has no entries.
      rows.add(new Row(lost.uid(), lost.name(), "(no entries)", Verdict.DROP, hint));
    }
    return rows;
  }

  /** What an operator has beside named states. */
  private static void besides(
      String uid, String name, OperatorState state, Verdict verdict, List<Row> rows) {
    List<StateHandles> subtasks = state.subtasks();
    if (state.enumerator().isPresent()
        || subtasks.stream().anyMatch(handles -> !handles.splits().isEmpty())) {
      rows.add(new Row(uid, name, "(position)", verdict, List.of()));
    }
    if (subtasks.stream().anyMatch(handles -> !handles.committables().isEmpty())) {
      rows.add(new Row(uid, name, "(prepared commits)", verdict, List.of()));
    }
  }
}
