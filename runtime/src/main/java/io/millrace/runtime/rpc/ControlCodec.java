package io.millrace.runtime.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.checkpoint.CheckpointTimings;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.proto.ControlProto;
import io.millrace.runtime.state.RawState;
import io.millrace.runtime.state.StateMeta;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Control messages as protobuf and back. What is decoded has passed the model's own checks: else
 * {@link CorruptDataException}, whatever the bytes.
 */
public final class ControlCodec {
  private ControlCodec() {}

  public static byte[] encode(ToTaskManager message) {
    return toProto(message).toByteArray();
  }

  public static byte[] encode(ToJobManager message) {
    return toProto(message).toByteArray();
  }

  /**
   * @throws CorruptDataException if the bytes are no such message
   */
  public static ToTaskManager decodeToTaskManager(byte[] bytes) {
    return checked(
        () -> {
          try {
            return fromProto(ControlProto.Down.parseFrom(bytes));
          } catch (InvalidProtocolBufferException e) {
            throw new CorruptDataException("Not a message to a TaskManager", e);
          }
        });
  }

  /**
   * @throws CorruptDataException if the bytes are no such message
   */
  public static ToJobManager decodeToJobManager(byte[] bytes) {
    return checked(
        () -> {
          try {
            return fromProto(ControlProto.Up.parseFrom(bytes));
          } catch (InvalidProtocolBufferException e) {
            throw new CorruptDataException("Not a message to a JobManager", e);
          }
        });
  }

  static ControlProto.Down toProto(ToTaskManager message) {
    ControlProto.Down.Builder down = ControlProto.Down.newBuilder();
    if (message instanceof ToTaskManager.Deploy m) {
      down.setDeploy(DeploymentMessages.encode(m.deployment()));
    } else if (message instanceof ToTaskManager.Cancel m) {
      down.getCancelBuilder().setAttempt(DeploymentMessages.encode(m.attempt()));
    } else if (message instanceof ToTaskManager.TriggerCheckpoint m) {
      down.getTriggerBuilder()
          .setAttempt(DeploymentMessages.encode(m.attempt()))
          .setCheckpoint(m.checkpoint().value())
          .setSavepoint(m.savepoint())
          .setDirectory(m.directory())
          .setBase(m.base().map(CheckpointId::value).orElse(0L));
    } else if (message instanceof ToTaskManager.CheckpointCompleted m) {
      down.getCompletedBuilder()
          .setAttempt(DeploymentMessages.encode(m.attempt()))
          .setCheckpoint(m.checkpoint().value());
    } else if (message instanceof ToTaskManager.CheckpointAborted m) {
      down.getAbortedBuilder()
          .setAttempt(DeploymentMessages.encode(m.attempt()))
          .setCheckpoint(m.checkpoint().value());
    } else if (message instanceof ToTaskManager.AssignSplits m) {
      down.getAssignBuilder()
          .setAttempt(DeploymentMessages.encode(m.attempt()))
          .setSequence(m.sequence())
          .addAllSplits(DeploymentMessages.encodeBlobs(m.splits()));
    } else if (message instanceof ToTaskManager.NoMoreSplits m) {
      down.getNoMoreBuilder()
          .setAttempt(DeploymentMessages.encode(m.attempt()))
          .setSequence(m.sequence());
    } else if (message instanceof ToTaskManager.StopSource m) {
      down.getStopSourceBuilder()
          .setAttempt(DeploymentMessages.encode(m.attempt()))
          .setDrain(m.drain());
    } else if (message instanceof ToTaskManager.ReadState m) {
      down.getReadStateBuilder()
          .setAttempt(DeploymentMessages.encode(m.attempt()))
          .setRequest(m.request())
          .setUid(m.uid())
          .setState(m.state())
          .setKey(DeploymentMessages.encodeBlobs(List.of(m.key())).iterator().next());
    } else if (message instanceof ToTaskManager.Finish m) {
      down.getFinishBuilder().setAttempt(DeploymentMessages.encode(m.attempt()));
    } else if (message instanceof ToTaskManager.ReleaseJob m) {
      down.getReleaseBuilder().setJob(m.job().value());
    } else {
      throw new IllegalStateException("No encoding for " + message.getClass().getSimpleName());
    }
    return down.build();
  }

  static ToTaskManager fromProto(ControlProto.Down down) {
    return checked(
        () ->
            switch (down.getKindCase()) {
              case DEPLOY -> new ToTaskManager.Deploy(DeploymentMessages.decode(down.getDeploy()));
              case CANCEL -> new ToTaskManager.Cancel(attempt(down.getCancel().getAttempt()));
              case TRIGGER ->
                  new ToTaskManager.TriggerCheckpoint(
                      attempt(down.getTrigger().getAttempt()),
                      new CheckpointId(down.getTrigger().getCheckpoint()),
                      down.getTrigger().getSavepoint(),
                      down.getTrigger().getDirectory(),
                      down.getTrigger().getBase() == 0
                          ? Optional.empty()
                          : Optional.of(new CheckpointId(down.getTrigger().getBase())));
              case COMPLETED ->
                  new ToTaskManager.CheckpointCompleted(
                      attempt(down.getCompleted().getAttempt()),
                      new CheckpointId(down.getCompleted().getCheckpoint()));
              case ABORTED ->
                  new ToTaskManager.CheckpointAborted(
                      attempt(down.getAborted().getAttempt()),
                      new CheckpointId(down.getAborted().getCheckpoint()));
              case ASSIGN ->
                  new ToTaskManager.AssignSplits(
                      attempt(down.getAssign().getAttempt()),
                      down.getAssign().getSequence(),
                      DeploymentMessages.decodeBlobs(down.getAssign().getSplitsList()));
              case NO_MORE ->
                  new ToTaskManager.NoMoreSplits(
                      attempt(down.getNoMore().getAttempt()), down.getNoMore().getSequence());
              case STOP_SOURCE ->
                  new ToTaskManager.StopSource(
                      attempt(down.getStopSource().getAttempt()), down.getStopSource().getDrain());
              case READ_STATE ->
                  new ToTaskManager.ReadState(
                      attempt(down.getReadState().getAttempt()),
                      down.getReadState().getRequest(),
                      down.getReadState().getUid(),
                      down.getReadState().getState(),
                      DeploymentMessages.decodeBlobs(List.of(down.getReadState().getKey())).get(0));
              case FINISH -> new ToTaskManager.Finish(attempt(down.getFinish().getAttempt()));
              case RELEASE -> new ToTaskManager.ReleaseJob(new JobId(down.getRelease().getJob()));
              case REGISTERED, PING, KIND_NOT_SET ->
                  throw new CorruptDataException("Not a message for a task: " + down.getKindCase());
            });
  }

  static ControlProto.Up toProto(ToJobManager message) {
    ControlProto.Up.Builder up = ControlProto.Up.newBuilder();
    if (message instanceof ToJobManager.Register m) {
      ControlProto.Up.Register.Builder register =
          up.getRegisterBuilder()
              .setTaskManager(m.taskManager().value())
              .setHost(m.host())
              .setDataPort(m.dataPort())
              .setMetricsPort(m.metricsPort())
              .setSlots(m.slots())
              .setProcessId(m.processId())
              .setBuild(m.build());
      m.running().forEach(attempt -> register.addRunning(DeploymentMessages.encode(attempt)));
    } else if (message instanceof ToJobManager.Heartbeat m) {
      ControlProto.Up.Heartbeat.Builder heartbeat = up.getHeartbeatBuilder();
      m.metrics().forEach(metrics -> heartbeat.addMetrics(encode(metrics)));
    } else if (message instanceof ToJobManager.TaskStateChanged m) {
      ControlProto.Up.StateChanged.Builder changed =
          up.getStateChangedBuilder()
              .setAttempt(DeploymentMessages.encode(m.attempt()))
              .setState(ControlProto.Up.StateChanged.State.valueOf(m.state().name()));
      m.failure()
          .ifPresent(
              failure ->
                  changed
                      .getFailureBuilder()
                      .setSummary(failure.summary())
                      .setStackTrace(failure.stackTrace())
                      .setKind(ControlProto.Up.Failure.Kind.valueOf(failure.kind().name())));
    } else if (message instanceof ToJobManager.AckCheckpoint m) {
      up.getAckBuilder()
          .setAttempt(DeploymentMessages.encode(m.attempt()))
          .setCheckpoint(m.checkpoint().value())
          .putAllState(DeploymentMessages.encode(m.state()))
          .setAlignmentNanos(m.timings().alignmentNanos())
          .setSyncNanos(m.timings().syncNanos())
          .setAsyncNanos(m.timings().asyncNanos())
          .setUnaligned(m.timings().unaligned());
    } else if (message instanceof ToJobManager.DeclineCheckpoint m) {
      up.getDeclineBuilder()
          .setAttempt(DeploymentMessages.encode(m.attempt()))
          .setCheckpoint(m.checkpoint().value())
          .setReason(m.reason());
    } else if (message instanceof ToJobManager.ReaderOpened m) {
      up.getReaderOpenedBuilder().setAttempt(DeploymentMessages.encode(m.attempt()));
    } else if (message instanceof ToJobManager.SplitRequested m) {
      up.getSplitRequestedBuilder().setAttempt(DeploymentMessages.encode(m.attempt()));
    } else if (message instanceof ToJobManager.SplitsReceived m) {
      up.getSplitsReceivedBuilder()
          .setAttempt(DeploymentMessages.encode(m.attempt()))
          .setSequence(m.sequence());
    } else if (message instanceof ToJobManager.StateRead m) {
      up.setStateRead(encode(m));
    } else {
      throw new IllegalStateException("No encoding for " + message.getClass().getSimpleName());
    }
    return up.build();
  }

  static ToJobManager fromProto(ControlProto.Up up) {
    return checked(
        () ->
            switch (up.getKindCase()) {
              case REGISTER -> decode(up.getRegister());
              case HEARTBEAT ->
                  new ToJobManager.Heartbeat(
                      up.getHeartbeat().getMetricsList().stream()
                          .map(ControlCodec::decode)
                          .toList());
              case STATE_CHANGED -> decode(up.getStateChanged());
              case ACK ->
                  new ToJobManager.AckCheckpoint(
                      attempt(up.getAck().getAttempt()),
                      new CheckpointId(up.getAck().getCheckpoint()),
                      DeploymentMessages.decode(up.getAck().getStateMap()),
                      new CheckpointTimings(
                          up.getAck().getAlignmentNanos(),
                          up.getAck().getSyncNanos(),
                          up.getAck().getAsyncNanos(),
                          up.getAck().getUnaligned()));
              case DECLINE ->
                  new ToJobManager.DeclineCheckpoint(
                      attempt(up.getDecline().getAttempt()),
                      new CheckpointId(up.getDecline().getCheckpoint()),
                      up.getDecline().getReason());
              case READER_OPENED ->
                  new ToJobManager.ReaderOpened(attempt(up.getReaderOpened().getAttempt()));
              case SPLIT_REQUESTED ->
                  new ToJobManager.SplitRequested(attempt(up.getSplitRequested().getAttempt()));
              case SPLITS_RECEIVED ->
                  new ToJobManager.SplitsReceived(
                      attempt(up.getSplitsReceived().getAttempt()),
                      up.getSplitsReceived().getSequence());
              case STATE_READ -> decode(up.getStateRead());
              case KIND_NOT_SET -> throw new CorruptDataException("Not a message: no kind");
            });
  }

  private static ToJobManager decode(ControlProto.Up.Register message) {
    return new ToJobManager.Register(
        new TaskManagerId(message.getTaskManager()),
        message.getHost(),
        message.getDataPort(),
        message.getMetricsPort(),
        message.getSlots(),
        message.getProcessId(),
        message.getBuild(),
        message.getRunningList().stream().map(DeploymentMessages::decode).toList());
  }

  private static ToJobManager decode(ControlProto.Up.StateChanged message) {
    return new ToJobManager.TaskStateChanged(
        attempt(message.getAttempt()),
        GraphMessages.known(ToJobManager.TaskState.class, message.getState()),
        message.hasFailure()
            ? Optional.of(
                new ToJobManager.TaskFailure(
                    message.getFailure().getSummary(),
                    message.getFailure().getStackTrace(),
                    GraphMessages.known(
                        ToJobManager.FailureKind.class, message.getFailure().getKind())))
            : Optional.empty());
  }

  private static ControlProto.Up.StateRead encode(ToJobManager.StateRead read) {
    ControlProto.Up.StateRead.Builder message =
        ControlProto.Up.StateRead.newBuilder()
            .setAttempt(DeploymentMessages.encode(read.attempt()))
            .setRequest(read.request());
    read.failure().ifPresent(message::setFailure);
    read.found()
        .ifPresent(
            raw -> {
              BinaryWriter meta = new BinaryWriter();
              raw.meta().write(meta);
              message
                  .getFoundBuilder()
                  .setMeta(ByteString.copyFrom(meta.toByteArray()))
                  .setOrigin(raw.origin())
                  .setEntries(ByteString.copyFrom(raw.entries()));
            });
    return message.build();
  }

  private static ToJobManager.StateRead decode(ControlProto.Up.StateRead message) {
    return new ToJobManager.StateRead(
        attempt(message.getAttempt()),
        message.getRequest(),
        message.hasFound()
            ? Optional.of(
                new RawState(
                    StateMeta.read(
                        new BinaryReader(
                            message.getFound().getMeta().toByteArray(),
                            ControlCodec.class.getClassLoader())),
                    message.getFound().getOrigin(),
                    message.getFound().getEntries().toByteArray()))
            : Optional.empty(),
        message.hasFailure() ? Optional.of(message.getFailure()) : Optional.empty());
  }

  private static ControlProto.Up.Metrics encode(ToJobManager.TaskMetrics metrics) {
    return ControlProto.Up.Metrics.newBuilder()
        .setAttempt(DeploymentMessages.encode(metrics.attempt()))
        .setRecordsIn(metrics.recordsIn())
        .setRecordsOut(metrics.recordsOut())
        .setBytesOut(metrics.bytesOut())
        .setBusyNanos(metrics.busyNanos())
        .setBackpressuredNanos(metrics.backpressuredNanos())
        .setIdleNanos(metrics.idleNanos())
        .setLongestStepNanos(metrics.longestStepNanos())
        .setLongestRecentStepNanos(metrics.longestRecentStepNanos())
        .setWatermark(metrics.watermark())
        .putAllCounters(metrics.counters())
        .build();
  }

  private static ToJobManager.TaskMetrics decode(ControlProto.Up.Metrics message) {
    return new ToJobManager.TaskMetrics(
        attempt(message.getAttempt()),
        message.getRecordsIn(),
        message.getRecordsOut(),
        message.getBytesOut(),
        message.getBusyNanos(),
        message.getBackpressuredNanos(),
        message.getIdleNanos(),
        message.getLongestStepNanos(),
        message.getLongestRecentStepNanos(),
        message.getWatermark(),
        Map.copyOf(message.getCountersMap()));
  }

  private static AttemptId attempt(ControlProto.Attempt message) {
    return DeploymentMessages.decode(message);
  }

  /** The model's own checks throw IllegalArgumentException: here they judge received bytes. */
  private static <T> T checked(Supplier<T> decoding) {
    try {
      return decoding.get();
    } catch (IllegalArgumentException e) {
      throw new CorruptDataException("Not a valid control message: " + e.getMessage(), e);
    }
  }
}
