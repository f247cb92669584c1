package io.millrace.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.checkpoint.CheckpointMetadata.EnumeratorState;
import io.millrace.runtime.checkpoint.CheckpointMetadata.OperatorState;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.graph.OperatorNode.Kind;
import io.millrace.runtime.graph.Partitioning;
import io.millrace.runtime.graph.RestartSettings;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.EdgeId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyGroups;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateHandles.Blob;
import io.millrace.runtime.state.StateHandles.ChannelSection;
import io.millrace.runtime.state.StateHandles.FileSection;
import io.millrace.runtime.state.StateHandles.KeyedSection;
import io.millrace.runtime.state.StateHandles.SplitState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StateAssignmentTest {
  private static final int GROUPS = 128;

  @Test
  void kg7EachKeyGroupGoesToExactlyTheSubtaskThatOwnsItAtAnyParallelism() {
    for (int before = 1; before <= 7; before++) {
      for (int after = 1; after <= 7; after++) {
        StateAssignment assignment =
            StateAssignment.of(
                graph("count", true), checkpoint("count", true, before, GROUPS), false);
        JobVertex vertex = graph("count", true).vertices().get(1).withParallelism(after);
        int seen = 0;
        for (int i = 0; i < after; i++) {
          KeyGroupRange range = KeyGroups.rangeOf(i, after, GROUPS);
          for (KeyedSection section : assignment.forSubtask(vertex, i).get("count").keyed()) {
            for (int g = 0; g < section.range().size(); g++) {
              int group = section.range().first() + g;
              assertThat(range.contains(group)).isTrue();
              assertThat(section.groups().get(g).crc32c()).isEqualTo(group);
              seen++;
            }
          }
        }
        assertThat(seen).isEqualTo(GROUPS);
      }
    }
  }

  @Test
  void s1EachSplitGoesToExactlyOneReaderRoundRobinInOrder() {
    StateAssignment assignment =
        StateAssignment.of(graph("count", true), checkpoint("count", true, 3, GROUPS), false);
    JobVertex source = graph("count", true).vertices().get(0);
    for (int after = 1; after <= 8; after++) {
      List<Integer> splits = new ArrayList<>();
      for (int i = 0; i < after; i++) {
        Map<String, StateHandles> own = assignment.forSubtask(source.withParallelism(after), i);
        List<SplitState> states = own.getOrDefault("source", StateHandles.EMPTY).splits();
        for (int n = 0; n < states.size(); n++) {
          assertThat(states.get(n).watermark()).isEqualTo(100 + i + n * after);
          assertThat(states.get(n).split().version()).isEqualTo(i + n * after);
          splits.add(states.get(n).split().version());
        }
      }
      assertThat(splits).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5);
    }
  }

  @Test
  void everySubtaskGetsAllOperatorSectionsAndCommittables() {
    StateAssignment assignment =
        StateAssignment.of(graph("count", true), checkpoint("count", true, 3, GROUPS), false);
    JobVertex vertex = graph("count", true).vertices().get(1).withParallelism(2);
    for (int i = 0; i < 2; i++) {
      StateHandles handles = assignment.forSubtask(vertex, i).get("count");
      assertThat(handles.operator())
          .extracting(FileSection::path)
          .containsExactly("o0", "o1", "o2");
      assertThat(handles.committables()).extracting(Blob::version).containsExactly(0, 1, 2);
    }
  }

  @Test
  void s4NoMoreSplitsIsKnownAtAnotherParallelismOnlyIfAllWereTold() {
    StateAssignment some =
        StateAssignment.of(
            graph("count", true), checkpoint("count", true, 3, GROUPS, Set.of(0, 2)), false);
    StateAssignment all =
        StateAssignment.of(
            graph("count", true), checkpoint("count", true, 3, GROUPS, Set.of(0, 1, 2)), false);
    JobVertex source = graph("count", true).vertices().get(0);
    assertThat(some.withoutMoreSplits(source.withParallelism(3))).containsExactly(0, 2);
    assertThat(some.withoutMoreSplits(source.withParallelism(2))).isEmpty();
    assertThat(all.withoutMoreSplits(source.withParallelism(2))).containsExactly(0, 1);
    assertThat(all.enumerator(source).orElseThrow().state().version()).isEqualTo(42);
    assertThat(StateAssignment.none().withoutMoreSplits(source)).isEmpty();
    assertThat(StateAssignment.none().enumerator(source)).isEmpty();
  }

  @Test
  void cc14AnotherNumberOfKeyGroupsIsRefusedWithTheRemedy() {
    assertThatThrownBy(
            () ->
                StateAssignment.of(graph("count", true), checkpoint("count", true, 2, 256), false))
        .isInstanceOf(RestoreException.class)
        .hasMessageContaining("setMaxParallelism(256)");
  }

  @Test
  void cc14UnclaimedStateIsRefusedNamingBothSidesAndTheNearestName() {
    CheckpointMetadata checkpoint = checkpoint("count", true, 2, GROUPS);
    assertThatThrownBy(() -> StateAssignment.of(graph("counts", true), checkpoint, false))
        .isInstanceOf(RestoreException.class)
        .hasMessageContaining("'count'")
        .hasMessageContaining("did you rename it to 'counts'?")
        .hasMessageContaining("'source'")
        .hasMessageContaining("allow dropped state");
    assertThat(
            StateAssignment.of(graph("counts", true), checkpoint, true)
                .forSubtask(graph("counts", true).vertices().get(1), 0))
        .isEmpty();
  }

  @Test
  void cc14StateOfADerivedUidIsRefusedInAChangedGraphOnly() {
    CheckpointMetadata same = checkpoint("count", false, 2, GROUPS);
    assertThat(
            StateAssignment.of(graph("count", false), same, false)
                .forSubtask(graph("count", false).vertices().get(1), 0))
        .containsKey("count");
    JobGraph changed = withSideInput(graph("count", false));
    assertThatThrownBy(() -> StateAssignment.of(changed, same, true))
        .isInstanceOf(RestoreException.class)
        .hasMessageContaining(".uid(");
  }

  @Test
  void cc14StateOfASourceIsRefusedForAnotherOperator() {
    CheckpointMetadata checkpoint = checkpoint("count", true, 2, GROUPS);
    JobGraph graph = graph("count", true);
    JobVertex source = graph.vertices().get(0);
    JobVertex notSource =
        new JobVertex(0, "source", 2, GROUPS, List.of(operator("source", true, Kind.OPERATOR)));
    JobGraph changed =
        new JobGraph(
            "job",
            List.of(notSource, graph.vertices().get(1)),
            graph.edges(),
            graph.checkpoints(),
            graph.restarts(),
            List.of());
    assertThat(source.isSource()).isTrue();
    assertThatThrownBy(() -> StateAssignment.of(changed, checkpoint, false))
        .hasMessageContaining("not a source");
  }

  @Test
  void ba10RecordsInFlightGoToAllThatMayHaveTheirKeys() {
    CheckpointMetadata checkpoint = inFlight(3);
    StateAssignment assignment =
        StateAssignment.of(graph("count", true, Partitioning.HASH), checkpoint, false);
    JobVertex vertex = graph("count", true).vertices().get(1);
    for (int after : new int[] {1, 2, 3, 5}) {
      for (int i = 0; i < after; i++) {
        KeyGroupRange own = KeyGroups.rangeOf(i, after, GROUPS);
        List<String> wanted = new ArrayList<>();
        for (int before = 0; before < 3; before++) {
          if (KeyGroups.rangeOf(before, 3, GROUPS).intersects(own)) {
            wanted.add("c" + before);
          }
        }
        assertThat(channels(assignment, vertex.withParallelism(after), i))
            .containsExactlyElementsOf(wanted);
      }
    }
  }

  @Test
  void ba10RecordsInFlightThatMayGoAnywhereAreDealtOut() {
    StateAssignment assignment =
        StateAssignment.of(graph("count", true, Partitioning.REBALANCE), inFlight(3), false);
    JobVertex vertex = graph("count", true).vertices().get(1);
    assertThat(channels(assignment, vertex.withParallelism(2), 0)).containsExactly("c0", "c2");
    assertThat(channels(assignment, vertex.withParallelism(2), 1)).containsExactly("c1");
    assertThat(channels(assignment, vertex.withParallelism(4), 3)).isEmpty();
    StateAssignment global =
        StateAssignment.of(graph("count", true, Partitioning.GLOBAL), inFlight(3), false);
    assertThat(channels(global, vertex.withParallelism(2), 0)).containsExactly("c0", "c1", "c2");
    assertThat(channels(global, vertex.withParallelism(2), 1)).isEmpty();
  }

  @Test
  void ba11RecordsInFlightAreRefusedWhereTheirWayIsGone() {
    JobGraph changed = withSideInput(graph("count", true));
    assertThatThrownBy(() -> StateAssignment.of(changed, inFlight(2), false))
        .isInstanceOf(RestoreException.class)
        .hasMessageContaining("graph has changed")
        .hasMessageContaining("savepoint");
    JobGraph forward = graph("count", true, Partitioning.FORWARD);
    assertThatThrownBy(() -> StateAssignment.of(forward, inFlight(2), false))
        .isInstanceOf(RestoreException.class)
        .hasMessageContaining("from 'source' to operator 'count'");
  }

  private static List<String> channels(StateAssignment assignment, JobVertex vertex, int subtask) {
    return assignment.forSubtask(vertex, subtask).get("count").channels().stream()
        .map(channel -> channel.section().path())
        .toList();
  }

  /** With records in flight to each subtask. */
  private static CheckpointMetadata inFlight(int parallelism) {
    CheckpointMetadata without = checkpoint("count", true, parallelism, GROUPS);
    OperatorState count = without.operators().get(0);
    List<StateHandles> subtasks = new ArrayList<>();
    for (int i = 0; i < parallelism; i++) {
      StateHandles handles = count.subtasks().get(i);
      subtasks.add(
          new StateHandles(
              handles.keyed(),
              handles.operator(),
              handles.splits(),
              handles.committables(),
              List.of(
                  new ChannelSection(
                      new EdgeId("source", "", 0), new FileSection("c" + i, 0, 9, 0)))));
    }
    return new CheckpointMetadata(
        without.job(),
        without.id(),
        false,
        without.directory(),
        0,
        without.graphFingerprint(),
        List.of(
            new OperatorState("count", true, "count", GROUPS, subtasks, Optional.empty()),
            without.operators().get(1)));
  }

  @Test
  void theFingerprintIgnoresChainingAndParallelism() {
    JobGraph apart = graph("count", true);
    OperatorNode source = apart.vertices().get(0).operators().get(0);
    OperatorNode chained =
        new OperatorNode("count", true, "count", 0, "", Kind.OPERATOR, true, new byte[0]);
    JobGraph together =
        new JobGraph(
            "job",
            List.of(new JobVertex(0, "chain", 1, GROUPS, List.of(source, chained))),
            List.of(),
            apart.checkpoints(),
            apart.restarts(),
            List.of());
    assertThat(GraphFingerprint.of(together)).isEqualTo(GraphFingerprint.of(apart));
    assertThat(GraphFingerprint.of(withSideInput(apart))).isNotEqualTo(GraphFingerprint.of(apart));
  }

  private static JobGraph graph(String uid, boolean explicit) {
    return graph(uid, explicit, Partitioning.HASH);
  }

  private static JobGraph graph(String uid, boolean explicit, Partitioning partitioning) {
    return new JobGraph(
        "job",
        List.of(
            new JobVertex(0, "source", 2, GROUPS, List.of(operator("source", true, Kind.SOURCE))),
            new JobVertex(1, uid, 2, GROUPS, List.of(operator(uid, explicit, Kind.OPERATOR)))),
        List.of(new JobEdge(0, 0, 0, "", 1, 0, partitioning, new byte[0])),
        CheckpointSettings.DISABLED,
        RestartSettings.DEFAULT,
        List.of());
  }

  private static JobGraph withSideInput(JobGraph graph) {
    List<JobVertex> vertices = new ArrayList<>(graph.vertices());
    vertices.add(
        new JobVertex(2, "rules", 1, GROUPS, List.of(operator("rules", true, Kind.SOURCE))));
    List<JobEdge> edges = new ArrayList<>(graph.edges());
    edges.add(new JobEdge(1, 2, 0, "", 1, 1, Partitioning.BROADCAST, new byte[0]));
    return new JobGraph(
        graph.name(), vertices, edges, graph.checkpoints(), graph.restarts(), List.of());
  }

  private static OperatorNode operator(String uid, boolean explicit, Kind kind) {
    return new OperatorNode(uid, explicit, uid, -1, "", kind, true, new byte[0]);
  }

  private static CheckpointMetadata checkpoint(
      String uid, boolean explicit, int parallelism, int groups) {
    return checkpoint(uid, explicit, parallelism, groups, Set.of());
  }

  /**
   * Section checksums are group numbers, blob versions count: so that tests can tell them apart.
   */
  private static CheckpointMetadata checkpoint(
      String uid, boolean explicit, int parallelism, int groups, Set<Integer> noMore) {
    List<StateHandles> keyed = new ArrayList<>();
    List<StateHandles> sources = new ArrayList<>();
    for (int i = 0; i < parallelism; i++) {
      KeyGroupRange range = KeyGroups.rangeOf(i, parallelism, groups);
      List<FileSection> sections = new ArrayList<>();
      for (int g = range.first(); g <= range.last(); g++) {
        sections.add(new FileSection("k" + i, g, 1, g));
      }
      keyed.add(
          new StateHandles(
              List.of(new KeyedSection(range, sections)),
              List.of(new FileSection("o" + i, 0, 1, 0)),
              List.of(),
              List.of(new Blob(i, new byte[0]))));
      sources.add(
          new StateHandles(
              List.of(), List.of(), List.of(split(2 * i), split(2 * i + 1)), List.of()));
    }
    return new CheckpointMetadata(
        JobId.of(1),
        new CheckpointId(3),
        false,
        "d/chk-3",
        0,
        GraphFingerprint.of(graph(uid, explicit)),
        List.of(
            new OperatorState(uid, explicit, uid, groups, keyed, Optional.empty()),
            new OperatorState(
                "source",
                true,
                "source",
                groups,
                sources,
                Optional.of(new EnumeratorState(new Blob(42, new byte[0]), noMore)))));
  }

  private static SplitState split(int number) {
    return new SplitState(new Blob(number, new byte[0]), 100 + number);
  }
}
