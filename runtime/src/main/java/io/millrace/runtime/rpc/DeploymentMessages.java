package io.millrace.runtime.rpc;

import com.google.protobuf.ByteString;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.EdgeId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.SubtaskId;
import io.millrace.runtime.rpc.proto.ControlProto;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.StateHandles;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Deployments, attempts and state handles as protobuf messages and back. */
final class DeploymentMessages {
  private DeploymentMessages() {}

  static ControlProto.Attempt encode(AttemptId attempt) {
    return ControlProto.Attempt.newBuilder()
        .setJob(attempt.job().value())
        .setVertex(attempt.subtask().vertex())
        .setSubtask(attempt.subtask().index())
        .setAttempt(attempt.attempt())
        .build();
  }

  static AttemptId decode(ControlProto.Attempt message) {
    return new AttemptId(
        new SubtaskId(new JobId(message.getJob()), message.getVertex(), message.getSubtask()),
        message.getAttempt());
  }

  static ControlProto.Deployment encode(TaskDeployment deployment) {
    ControlProto.Deployment.Builder message =
        ControlProto.Deployment.newBuilder()
            .setAttempt(encode(deployment.attempt()))
            .setJobName(deployment.jobName())
            .setVertex(GraphMessages.encode(deployment.vertex()))
            .setCheckpoints(GraphMessages.encode(deployment.checkpoints()))
            .addAllJars(deployment.jars())
            .putAllRestore(encode(deployment.restore()));
    for (TaskDeployment.Input input : deployment.inputs()) {
      message.addInputs(
          ControlProto.Input.newBuilder()
              .setEdge(GraphMessages.encode(input.edge()))
              .setId(encode(input.id()))
              .setProducerParallelism(input.producerParallelism())
              .addAllProducers(encodePeers(input.producers())));
    }
    for (TaskDeployment.Output output : deployment.outputs()) {
      message.addOutputs(
          ControlProto.Output.newBuilder()
              .setEdge(GraphMessages.encode(output.edge()))
              .setConsumerParallelism(output.consumerParallelism())
              .setConsumerMaxParallelism(output.consumerMaxParallelism())
              .addAllConsumers(encodePeers(output.consumers())));
    }
    deployment.restoredFrom().ifPresent(id -> message.setRestoredFrom(id.value()));
    return message.build();
  }

  static TaskDeployment decode(ControlProto.Deployment message) {
    return new TaskDeployment(
        decode(message.getAttempt()),
        message.getJobName(),
        GraphMessages.decode(message.getVertex()),
        message.getInputsList().stream()
            .map(
                input ->
                    new TaskDeployment.Input(
                        GraphMessages.decode(input.getEdge()),
                        decode(input.getId()),
                        input.getProducerParallelism(),
                        decodePeers(input.getProducersList())))
            .toList(),
        message.getOutputsList().stream()
            .map(
                output ->
                    new TaskDeployment.Output(
                        GraphMessages.decode(output.getEdge()),
                        output.getConsumerParallelism(),
                        output.getConsumerMaxParallelism(),
                        decodePeers(output.getConsumersList())))
            .toList(),
        GraphMessages.decode(message.getCheckpoints()),
        List.copyOf(message.getJarsList()),
        decode(message.getRestoreMap()),
        message.hasRestoredFrom()
            ? Optional.of(new CheckpointId(message.getRestoredFrom()))
            : Optional.empty());
  }

  private static List<ControlProto.Peer> encodePeers(List<TaskDeployment.Peer> peers) {
    return peers.stream()
        .map(
            peer ->
                ControlProto.Peer.newBuilder()
                    .setSubtask(peer.subtask())
                    .setTaskManager(peer.taskManager())
                    .setHost(peer.host())
                    .setDataPort(peer.dataPort())
                    .build())
        .toList();
  }

  private static List<TaskDeployment.Peer> decodePeers(List<ControlProto.Peer> messages) {
    return messages.stream()
        .map(
            peer ->
                new TaskDeployment.Peer(
                    peer.getSubtask(), peer.getTaskManager(), peer.getHost(), peer.getDataPort()))
        .toList();
  }

  static Map<String, ControlProto.Handles> encode(Map<String, StateHandles> byUid) {
    Map<String, ControlProto.Handles> messages = new HashMap<>();
    byUid.forEach((uid, handles) -> messages.put(uid, encode(handles)));
    return messages;
  }

  static Map<String, StateHandles> decode(Map<String, ControlProto.Handles> messages) {
    Map<String, StateHandles> byUid = new HashMap<>();
    messages.forEach((uid, handles) -> byUid.put(uid, decode(handles)));
    return byUid;
  }

  private static ControlProto.Handles encode(StateHandles handles) {
    ControlProto.Handles.Builder message =
        ControlProto.Handles.newBuilder().addAllCommittables(encodeBlobs(handles.committables()));
    for (StateHandles.SplitState state : handles.splits()) {
      message.addSplitsBuilder().setSplit(encode(state.split())).setWatermark(state.watermark());
    }
    handles.operator().forEach(section -> message.addOperator(encode(section)));
    for (StateHandles.ChannelSection channel : handles.channels()) {
      message
          .addChannelsBuilder()
          .setEdge(encode(channel.edge()))
          .setSection(encode(channel.section()));
    }
    for (StateHandles.KeyedSection section : handles.keyed()) {
      ControlProto.KeyedSection.Builder keyed =
          message
              .addKeyedBuilder()
              .setFirstGroup(section.range().first())
              .setLastGroup(section.range().last());
      section.groups().forEach(group -> keyed.addGroups(encode(group)));
      section.image().ifPresent(image -> keyed.setImage(encode(image)));
    }
    return message.build();
  }

  private static StateHandles decode(ControlProto.Handles message) {
    return new StateHandles(
        message.getKeyedList().stream()
            .map(
                keyed ->
                    new StateHandles.KeyedSection(
                        new KeyGroupRange(keyed.getFirstGroup(), keyed.getLastGroup()),
                        keyed.getGroupsList().stream().map(DeploymentMessages::decode).toList(),
                        keyed.hasImage()
                            ? Optional.of(decode(keyed.getImage()))
                            : Optional.empty()))
            .toList(),
        message.getOperatorList().stream().map(DeploymentMessages::decode).toList(),
        message.getSplitsList().stream()
            .map(
                state ->
                    new StateHandles.SplitState(decode(state.getSplit()), state.getWatermark()))
            .toList(),
        decodeBlobs(message.getCommittablesList()),
        message.getChannelsList().stream()
            .map(
                channel ->
                    new StateHandles.ChannelSection(
                        decode(channel.getEdge()), decode(channel.getSection())))
            .toList());
  }

  private static ControlProto.EdgeId encode(EdgeId edge) {
    return ControlProto.EdgeId.newBuilder()
        .setSourceUid(edge.sourceUid())
        .setTag(edge.tag())
        .setTargetInput(edge.targetInput())
        .build();
  }

  private static EdgeId decode(ControlProto.EdgeId message) {
    return new EdgeId(message.getSourceUid(), message.getTag(), message.getTargetInput());
  }

  private static ControlProto.StoreImage encode(StateHandles.StoreImage image) {
    ControlProto.StoreImage.Builder message =
        ControlProto.StoreImage.newBuilder()
            .setFirstGroup(image.range().first())
            .setLastGroup(image.range().last())
            .setDescription(encode(image.description()));
    for (StateHandles.SharedFile file : image.files()) {
      message
          .addFilesBuilder()
          .setPath(file.path())
          .setName(file.name())
          .setLength(file.length())
          .setCrc32C(file.crc32c());
    }
    return message.build();
  }

  private static StateHandles.StoreImage decode(ControlProto.StoreImage message) {
    return new StateHandles.StoreImage(
        new KeyGroupRange(message.getFirstGroup(), message.getLastGroup()),
        decode(message.getDescription()),
        message.getFilesList().stream()
            .map(
                file ->
                    new StateHandles.SharedFile(
                        file.getPath(), file.getName(), file.getLength(), file.getCrc32C()))
            .toList());
  }

  private static ControlProto.FileSection encode(StateHandles.FileSection section) {
    return ControlProto.FileSection.newBuilder()
        .setPath(section.path())
        .setOffset(section.offset())
        .setLength(section.length())
        .setCrc32C(section.crc32c())
        .build();
  }

  private static StateHandles.FileSection decode(ControlProto.FileSection message) {
    return new StateHandles.FileSection(
        message.getPath(), message.getOffset(), message.getLength(), message.getCrc32C());
  }

  static List<ControlProto.Blob> encodeBlobs(List<StateHandles.Blob> blobs) {
    return blobs.stream().map(DeploymentMessages::encode).toList();
  }

  private static ControlProto.Blob encode(StateHandles.Blob blob) {
    return ControlProto.Blob.newBuilder()
        .setVersion(blob.version())
        .setBytes(ByteString.copyFrom(blob.bytes()))
        .build();
  }

  static List<StateHandles.Blob> decodeBlobs(List<ControlProto.Blob> messages) {
    return messages.stream().map(DeploymentMessages::decode).toList();
  }

  private static StateHandles.Blob decode(ControlProto.Blob blob) {
    return new StateHandles.Blob(blob.getVersion(), blob.getBytes().toByteArray());
  }
}
