package io.millrace.runtime.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.graph.Partitioning;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ControlCodecTest {
  @Test
  void everyMessageToATaskManagerSurvives() {
    List<ToTaskManager> samples = ControlSamples.toTaskManager();
    assertThat(samples.stream().<Class<?>>map(Object::getClass).collect(Collectors.toSet()))
        .as("a sample of every permitted message")
        .isEqualTo(messages(ToTaskManager.class).collect(Collectors.toSet()));
    for (ToTaskManager sample : samples) {
      assertThat(ControlCodec.decodeToTaskManager(ControlCodec.encode(sample)))
          .usingRecursiveComparison()
          .isEqualTo(sample);
    }
  }

  @Test
  void everyMessageToAJobManagerSurvives() {
    List<ToJobManager> samples = ControlSamples.toJobManager();
    assertThat(samples.stream().<Class<?>>map(Object::getClass).collect(Collectors.toSet()))
        .as("a sample of every permitted message")
        .isEqualTo(messages(ToJobManager.class).collect(Collectors.toSet()));
    for (ToJobManager sample : samples) {
      assertThat(ControlCodec.decodeToJobManager(ControlCodec.encode(sample)))
          .usingRecursiveComparison()
          .isEqualTo(sample);
    }
  }

  private static Stream<Class<?>> messages(Class<?> type) {
    return type.isSealed()
        ? Arrays.stream(type.getPermittedSubclasses()).flatMap(ControlCodecTest::messages)
        : Stream.of(type);
  }

  @Test
  void everyEnumConstantSurvives() {
    for (ToJobManager.TaskState state : ToJobManager.TaskState.values()) {
      ToJobManager message =
          new ToJobManager.TaskStateChanged(
              ControlSamples.ATTEMPT, state, java.util.Optional.empty());
      assertThat(ControlCodec.decodeToJobManager(ControlCodec.encode(message))).isEqualTo(message);
    }
    for (ToJobManager.FailureKind kind : ToJobManager.FailureKind.values()) {
      ToJobManager message =
          new ToJobManager.TaskStateChanged(
              ControlSamples.ATTEMPT,
              ToJobManager.TaskState.FAILED,
              java.util.Optional.of(new ToJobManager.TaskFailure("why", "at x", kind)));
      assertThat(ControlCodec.decodeToJobManager(ControlCodec.encode(message))).isEqualTo(message);
    }
    for (Partitioning partitioning : Partitioning.values()) {
      assertThat(GraphMessages.decode(GraphMessages.encode(ControlSamples.edge(0, partitioning))))
          .usingRecursiveComparison()
          .isEqualTo(ControlSamples.edge(0, partitioning));
    }
    for (OperatorNode.Kind kind : OperatorNode.Kind.values()) {
      assertThat(GraphMessages.decode(GraphMessages.encode(ControlSamples.vertex(0, kind))))
          .usingRecursiveComparison()
          .isEqualTo(ControlSamples.vertex(0, kind));
    }
  }

  @Test
  void bytesOfTheOtherDirectionOrNoneAreRefused() {
    assertThatThrownBy(() -> ControlCodec.decodeToTaskManager(new byte[0]))
        .isInstanceOf(CorruptDataException.class);
    assertThatThrownBy(() -> ControlCodec.decodeToJobManager(new byte[] {1, 2, 3}))
        .isInstanceOf(CorruptDataException.class);
  }

  @Test
  void damagedMessagesDecodeToSomethingValidOrAreRefused() {
    Random random = new Random(7);
    List<byte[]> down = ControlSamples.toTaskManager().stream().map(ControlCodec::encode).toList();
    List<byte[]> up = ControlSamples.toJobManager().stream().map(ControlCodec::encode).toList();
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      try {
        if (i % 2 == 0) {
          ControlCodec.decodeToTaskManager(
              ControlSamples.damage(down.get(random.nextInt(down.size())), random));
        } else {
          ControlCodec.decodeToJobManager(
              ControlSamples.damage(up.get(random.nextInt(up.size())), random));
        }
      } catch (CorruptDataException e) {
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }
}
