package io.millrace.runtime.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.graph.Partitioning;
import io.millrace.runtime.graph.RestartSettings;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JobGraphCodecTest {
  private final JobGraph graph =
      new JobGraph(
          "hot auctions",
          List.of(
              ControlSamples.vertex(0, OperatorNode.Kind.SOURCE),
              ControlSamples.vertex(1, OperatorNode.Kind.TRANSACTIONAL_SINK)),
          List.of(ControlSamples.edge(0, Partitioning.HASH)),
          CheckpointSettings.DISABLED,
          RestartSettings.DEFAULT,
          List.of("a", "b"));

  @Test
  void aGraphSurvives() {
    assertThat(JobGraphCodec.decode(JobGraphCodec.encode(graph)))
        .usingRecursiveComparison()
        .isEqualTo(graph);
  }

  @Test
  void anotherFormatIsRefusedByName() {
    byte[] bytes = JobGraphCodec.encode(graph);
    bytes[5] = 9;
    assertThatThrownBy(() -> JobGraphCodec.decode(bytes))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("format 9")
        .hasMessageContaining(Build.CURRENT.toString());
  }

  @Test
  void foreignTruncatedAndDamagedBytesAreRefused() {
    byte[] bytes = JobGraphCodec.encode(graph);
    assertThatThrownBy(() -> JobGraphCodec.decode("PK".repeat(20).getBytes(StandardCharsets.UTF_8)))
        .hasMessageContaining("not a job graph");
    for (int length = 0; length < bytes.length; length++) {
      byte[] truncated = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> JobGraphCodec.decode(truncated))
          .isInstanceOf(CorruptDataException.class);
    }
    Random random = new Random(11);
    for (int i = 0; i < 5_000; i++) {
      byte[] damaged = ControlSamples.damage(bytes, random);
      try {
        JobGraphCodec.decode(damaged);
      } catch (CorruptDataException expected) {
        assertThat(expected).hasMessageNotContaining("null");
      }
    }
  }

  @Test
  void anEdgeToNowhereIsRefused() {
    JobGraph broken =
        new JobGraph(
            graph.name(),
            graph.vertices(),
            List.of(new JobEdge(0, 0, 0, "", 7, 0, Partitioning.HASH, new byte[0])),
            graph.checkpoints(),
            graph.restarts(),
            graph.jars());
    assertThatThrownBy(() -> JobGraphCodec.decode(JobGraphCodec.encode(broken)))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("an edge to no vertex");
  }
}
