package io.millrace.runtime.task;

import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.classloading.UserObjects;
import io.millrace.runtime.exchange.BatchLayout;
import io.millrace.runtime.exchange.BatchPool;
import io.millrace.runtime.exchange.ColumnarLayout;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.LocalChannels;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RemoteChannels;
import io.millrace.runtime.faults.FailPoint;
import io.millrace.runtime.faults.FailPoints;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.graph.Partitioning;
import io.millrace.runtime.id.ChannelId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.operators.EdgeSpec;
import io.millrace.runtime.operators.Operator;
import io.millrace.runtime.operators.OperatorFactory;
import io.millrace.runtime.operators.OperatorMaker;
import io.millrace.runtime.operators.Receiver;
import io.millrace.runtime.operators.TwoInputOperator;
import io.millrace.runtime.rpc.TaskDeployment;
import io.millrace.runtime.rpc.TaskDeployment.Peer;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyGroups;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.OperatorStateBackend;
import io.millrace.runtime.state.SharedFilesByOperator;
import io.millrace.runtime.state.SnapshotReader;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateHandles.SharedFile;
import io.millrace.runtime.state.heap.KeyedStateContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes a subtask of a deployment: reads the user's functions, restores state, wires the chain from
 * its end to its head, connects the channels and opens the operators. Runs on the deploying thread,
 * before the subtask is first stepped.
 */
final class SubtaskBuilder {
  /** Batches a subtask's outputs may have in flight beyond two for each channel. */
  private static final int SHARED_BATCHES = 32;

  private final TaskDeployment deployment;
  private final Subtask subtask;
  private final SubtaskServices services;
  private final int batchRecords;
  private final ClassLoader loader;
  private final ClassCopies copies;
  private final TaskManagerId self;
  private final LocalChannels local;
  private final RemoteChannels remote;
  private final JobVertex vertex;
  private final List<EdgeOutput<?>> edgeOutputs = new ArrayList<>();
  private final List<InputChannel> inputs = new ArrayList<>();
  private SharedFilesByOperator restoredFiles = SharedFilesByOperator.EMPTY;

  /**
   * What a subtask is built with.
   *
   * @param batchRecords most records of a batch within the process
   */
  record Parts(
      SubtaskServices services,
      int batchRecords,
      ClassLoader loader,
      ClassCopies copies,
      TaskManagerId self,
      LocalChannels local,
      RemoteChannels remote) {}

  SubtaskBuilder(TaskDeployment deployment, Subtask subtask, Parts parts) {
    this.deployment = deployment;
    this.subtask = subtask;
    this.services = parts.services;
    this.batchRecords = parts.batchRecords;
    this.loader = parts.loader;
    this.copies = parts.copies;
    this.self = parts.self;
    this.local = parts.local;
    this.remote = parts.remote;
    this.vertex = deployment.vertex();
  }

  /** Builds and starts the subtask; on a failure everything opened so far is closed. */
  void build() throws Exception {
    List<Operator<?>> operators =
        new ArrayList<>(Collections.nCopies(vertex.operators().size(), null));
    List<OperatorEnvironment> environments =
        new ArrayList<>(Collections.nCopies(vertex.operators().size(), null));
    boolean started = false;
    try {
      List<EdgeSpec<?, ?>> inputSpecs = new ArrayList<>();
      for (TaskDeployment.Input input : deployment.inputs()) {
        inputSpecs.add(readSpec(input.edge()));
      }
      Optional<EdgeSpec<?, ?>> keyedBy =
          inputSpecs.stream().filter(EdgeSpec::isKeyed).findFirst().map(spec -> spec);
      Map<String, List<Receiver<?>>> receivers = new LinkedHashMap<>();
      connectOutputs(receivers);
      for (int i = vertex.operators().size() - 1; i >= 0; i--) {
        build(i, operators, environments, receivers, i == 0 ? keyedBy : Optional.empty());
      }
      BatchLoop[] loops = loops(operators.get(0), environments.get(0), inputSpecs);
      OperatorChain chain =
          new OperatorChain(operators, environments, new ChainOutputs(edgeOutputs), loops);
      // Consumers open before producers, so that what a producer emits in open() finds them ready.
      for (int i = operators.size() - 1; i >= 0; i--) {
        operators.get(i).open();
      }
      List<InputEdge> edges = inputEdges(inputSpecs);
      Optional<RestoredRecords> restored = recordsInFlight(edges);
      Optional<InputGate> gate = connectInputs(inputSpecs, edges);
      started = true;
      subtask.start(chain, gate, restored, vertex.maxParallelism(), sharedFiles());
    } finally {
      if (!started) {
        closeAll(operators, environments);
      }
    }
  }

  private CheckpointFiles sharedFiles() {
    CheckpointFiles files = new CheckpointFiles();
    deployment.restoredFrom().ifPresent(checkpoint -> files.put(checkpoint, restoredFiles));
    return files;
  }

  private void closeAll(List<Operator<?>> operators, List<OperatorEnvironment> environments) {
    for (Operator<?> operator : operators) {
      try {
        if (operator != null) {
          operator.close();
        }
      } catch (Exception e) {
        // The failure that brought us here is the one to report.
        continue;
      }
    }
    edgeOutputs.forEach(EdgeOutput::close);
    inputs.forEach(InputChannel::close);
    for (OperatorEnvironment environment : environments) {
      if (environment != null) {
        environment.keyedBackend().ifPresent(KeyedStateBackend::close);
      }
    }
  }

  private EdgeSpec<?, ?> readSpec(JobEdge edge) throws IOException {
    return (EdgeSpec<?, ?>)
        UserObjects.read(edge.spec(), loader, "Edge " + edge.index() + " of " + vertex.name());
  }

  // ---- operators

  private void build(
      int index,
      List<Operator<?>> operators,
      List<OperatorEnvironment> environments,
      Map<String, List<Receiver<?>>> receivers,
      Optional<EdgeSpec<?, ?>> keyedBy)
      throws Exception {
    OperatorNode node = vertex.operators().get(index);
    OperatorMaker maker = copies.at(vertex.index() + "." + index);
    OperatorFactory factory =
        (OperatorFactory) UserObjects.read(node.factory(), loader, "Operator " + node.name());
    Operator<?> operator = factory.create(maker);
    Map<String, Receiver<?>> sideOutputs = new LinkedHashMap<>();
    String prefix = index + "/";
    for (Map.Entry<String, List<Receiver<?>>> output : receivers.entrySet()) {
      if (output.getKey().startsWith(prefix) && output.getKey().length() > prefix.length()) {
        sideOutputs.put(
            output.getKey().substring(prefix.length()), join(node, maker, output.getValue()));
      }
    }
    StateHandles restored = deployment.restore().getOrDefault(node.uid(), StateHandles.EMPTY);
    SnapshotReader reader = snapshotReader();
    Optional<KeyedStateBackend<?>> keyed = Optional.empty();
    if (keyedBy.isPresent()) {
      keyed = Optional.of(keyedBackend(node, keyedBy.get().keyType(), maker, restored, reader));
    }
    OperatorStateBackend operatorState = new OperatorStateBackend(node.uid(), loader);
    OperatorEnvironment environment =
        new OperatorEnvironment(
            subtask, deployment, node, loader, keyed, operatorState, sideOutputs);
    // From here on a failure closes the keyed state.
    environments.set(index, environment);
    if (deployment.restoredFrom().isPresent()) {
      operatorState.restore(
          List.of(restored), reader, deployment.attempt().subtask().index(), vertex.parallelism());
    }
    setUp(operator, environment, join(node, maker, receivers.getOrDefault(prefix, List.of())));
    operators.set(index, operator);
    if (node.parent() >= 0) {
      receivers
          .computeIfAbsent(node.parent() + "/" + node.parentTag(), key -> new ArrayList<>())
          .add((Receiver<?>) operator);
    }
  }

  private SnapshotReader snapshotReader() {
    return new SnapshotReader(
        services.checkpoints(), vertex.maxParallelism(), services.backends().images());
  }

  private KeyGroupRange keyGroups() {
    return KeyGroups.rangeOf(
        deployment.attempt().subtask().index(), vertex.parallelism(), vertex.maxParallelism());
  }

  private <K> KeyedStateBackend<K> keyedBackend(
      OperatorNode node,
      TypeInformation<K> keyType,
      OperatorMaker maker,
      StateHandles restored,
      SnapshotReader reader)
      throws IOException {
    KeyedStateBackend<K> backend =
        services
            .backends()
            .open(
                deployment.checkpoints().backend(),
                new KeyedStateContext<>(
                    node.uid(),
                    keyType,
                    keyGroups(),
                    vertex.maxParallelism(),
                    maker::make,
                    services.clock(),
                    subtask.room()::pause,
                    loader));
    boolean whole = false;
    try {
      if (!restored.keyed().isEmpty()) {
        List<SharedFile> shared = backend.restore(List.of(restored), reader);
        if (!shared.isEmpty()) {
          restoredFiles = SharedFilesByOperator.of(node.uid(), shared);
        }
        FailPoints.hit(FailPoint.MID_RESTORE);
      }
      whole = true;
      return backend;
    } finally {
      if (!whole) {
        backend.close();
      }
    }
  }

  @SuppressWarnings("unchecked") // the graph says that they fit
  private static <O> void setUp(
      Operator<O> operator, OperatorEnvironment environment, Receiver<?> out) {
    operator.setup(environment, (Receiver<O>) out);
  }

  @SuppressWarnings("unchecked") // all receivers of one output take its type
  private static Receiver<?> join(
      OperatorNode operator, OperatorMaker maker, List<Receiver<?>> receivers) {
    if (receivers.isEmpty()) {
      return (value, timestamp) -> {};
    }
    if (receivers.size() == 1) {
      return receivers.get(0);
    }
    return (Receiver<Object>)
        maker.<Object>make(
            erased(TeeReceiver.class),
            receivers,
            TypeInformation.lateTyped().serializer(),
            operator.described());
  }

  @SuppressWarnings(
      "unchecked") // made from a copy of the class, so it is only ever seen as its supertypes
  private static Class<Object> erased(Class<?> type) {
    return (Class<Object>) type;
  }

  // ---- outputs

  private BatchPool pool(List<EdgeSpec<?, ?>> specs) {
    List<BatchLayout> layouts = new ArrayList<>();
    for (int i = 0; i < specs.size(); i++) {
      int channels = deployment.outputs().get(i).consumers().size();
      layouts.addAll(Collections.nCopies(channels, specs.get(i).layout()));
    }
    return new BatchPool(layouts, SHARED_BATCHES, batchRecords);
  }

  private void connectOutputs(Map<String, List<Receiver<?>>> receivers) throws Exception {
    List<EdgeSpec<?, ?>> specs = new ArrayList<>();
    for (TaskDeployment.Output output : deployment.outputs()) {
      specs.add(readSpec(output.edge()));
    }
    BatchPool pool = pool(specs);
    int channel = 0;
    for (int e = 0; e < specs.size(); e++) {
      TaskDeployment.Output output = deployment.outputs().get(e);
      EdgeSpec<?, ?> spec = specs.get(e);
      OutputChannel[] channels = new OutputChannel[output.consumers().size()];
      for (int i = 0; i < channels.length; i++) {
        Peer consumer = output.consumers().get(i);
        ChannelId id =
            new ChannelId(
                deployment.attempt().job(),
                output.edge().index(),
                deployment.attempt().subtask().index(),
                consumer.subtask(),
                deployment.attempt().attempt());
        channels[i] =
            consumer.taskManager().equals(self.value())
                ? local.meet(id).output(pool, channel)
                : remote.output(id, spec.layout(), loader);
        channels[i].onWritable(subtask::wakeUp);
        channel++;
      }
      EdgeOutput<?> edge = edgeOutput(output, spec, channels);
      edgeOutputs.add(edge);
      receivers
          .computeIfAbsent(
              output.edge().sourceOperator() + "/" + output.edge().tag(), key -> new ArrayList<>())
          .add(edge);
    }
  }

  private <T, K> EdgeOutput<?> edgeOutput(
      TaskDeployment.Output output, EdgeSpec<T, K> spec, OutputChannel[] channels) {
    JobEdge edge = output.edge();
    OperatorMaker maker = copies.at("e" + edge.index());
    boolean longKeys = spec.isKeyed() && spec.keyType().keyCodec().isLong();
    EdgeOutput.Setup<T> setup =
        new EdgeOutput.Setup<>(
            vertex.operators().get(edge.sourceOperator()).described(),
            channels,
            spec.type(),
            subtask.room(),
            spec.isKeyed(),
            longKeys);
    if (spec.layout() instanceof ColumnarLayout layout) {
      return columnarOutput(output, setup, layout, maker);
    }
    return switch (edge.partitioning()) {
      case HASH ->
          (EdgeOutput<?>)
              maker.make(
                  erased(longKeys ? LongKeyOutput.class : ObjectKeyOutput.class),
                  setup,
                  spec.key(),
                  spec.keyType().keyCodec(),
                  channelOfGroup(output));
      case FORWARD, REBALANCE, RESCALE ->
          (EdgeOutput<?>)
              maker.make(
                  erased(RoundRobinOutput.class), setup, deployment.attempt().subtask().index());
      case GLOBAL -> (EdgeOutput<?>) maker.make(erased(GlobalOutput.class), setup);
      case BROADCAST -> (EdgeOutput<?>) maker.make(erased(BroadcastOutput.class), setup);
      case CUSTOM ->
          (EdgeOutput<?>)
              maker.make(erased(CustomOutput.class), setup, spec.key(), spec.partitioner());
    };
  }

  private static EdgeOutput<?> columnarOutput(
      TaskDeployment.Output output,
      EdgeOutput.Setup<?> setup,
      ColumnarLayout layout,
      OperatorMaker maker) {
    if (output.edge().partitioning() != Partitioning.HASH) {
      throw new IllegalArgumentException(
          "Operator "
              + setup.name()
              + ": its columnar output is partitioned by "
              + output.edge().partitioning()
              + ", which is not supported; HASH by a column is");
    }
    return (EdgeOutput<?>)
        maker.make(
            erased(ColumnarKeyOutput.class),
            setup,
            layout.keyColumn(),
            layout.columns().get(layout.keyColumn()).name(),
            channelOfGroup(output));
  }

  private static int[] channelOfGroup(TaskDeployment.Output output) {
    int groups = output.consumerMaxParallelism();
    int[] channels = new int[groups];
    for (int group = 0; group < groups; group++) {
      channels[group] = KeyGroups.subtaskOf(group, output.consumerParallelism(), groups);
    }
    return channels;
  }

  // ---- inputs

  private BatchLoop[] loops(
      Operator<?> head, OperatorEnvironment environment, List<EdgeSpec<?, ?>> specs) {
    int inputsOfHead = head instanceof TwoInputOperator ? 2 : 1;
    BatchLoop[] loops = new BatchLoop[inputsOfHead];
    for (int i = 0; i < specs.size(); i++) {
      int input = deployment.inputs().get(i).edge().targetInput();
      if (loops[input] == null) {
        loops[input] = loop(head, environment, input, specs.get(i));
      }
    }
    return loops;
  }

  private BatchLoop loop(
      Operator<?> head, OperatorEnvironment environment, int input, EdgeSpec<?, ?> spec) {
    OperatorMaker maker = copies.at(vertex.index() + ".in" + input);
    Object receiver = head;
    if (head instanceof TwoInputOperator) {
      receiver = maker.make(erased(input == 0 ? Input1Receiver.class : Input2Receiver.class), head);
    }
    Object loop;
    if (spec.layout() instanceof ColumnarLayout) {
      loop = maker.make(erased(ColumnarLoop.class), receiver);
    } else if (!spec.isKeyed()) {
      loop = maker.make(erased(PlainLoop.class), receiver, subtask.room());
    } else if (spec.keyType().keyCodec().isLong()) {
      loop =
          maker.make(
              erased(LongKeyLoop.class),
              receiver,
              subtask.room(),
              environment.keyedState(),
              spec.key(),
              spec.keyType().keyCodec());
    } else {
      loop =
          maker.make(
              erased(ObjectKeyLoop.class),
              receiver,
              subtask.room(),
              environment.keyedState(),
              spec.key(),
              spec.keyType().keyCodec());
    }
    return (BatchLoop) loop;
  }

  private List<InputEdge> inputEdges(List<EdgeSpec<?, ?>> specs) {
    InputEdge.Ownership owned = new InputEdge.Ownership(keyGroups(), vertex.maxParallelism());
    List<InputEdge> edges = new ArrayList<>();
    for (int i = 0; i < specs.size(); i++) {
      edges.add(new InputEdge(deployment.inputs().get(i), specs.get(i), owned, loader));
    }
    return edges;
  }

  /** What was in flight to the head. */
  private Optional<RestoredRecords> recordsInFlight(List<InputEdge> edges) throws IOException {
    String head = vertex.operators().get(0).uid();
    StateHandles restored = deployment.restore().getOrDefault(head, StateHandles.EMPTY);
    return RestoredRecords.read(head, restored.channels(), edges, snapshotReader());
  }

  private Optional<InputGate> connectInputs(List<EdgeSpec<?, ?>> specs, List<InputEdge> edges)
      throws IOException {
    if (deployment.inputs().isEmpty()) {
      return Optional.empty();
    }
    List<Integer> edgeOf = new ArrayList<>();
    for (int i = 0; i < specs.size(); i++) {
      TaskDeployment.Input input = deployment.inputs().get(i);
      BatchLayout layout = specs.get(i).layout();
      for (Peer producer : input.producers()) {
        ChannelId id =
            new ChannelId(
                deployment.attempt().job(),
                input.edge().index(),
                producer.subtask(),
                deployment.attempt().subtask().index(),
                deployment.attempt().attempt());
        inputs.add(
            producer.taskManager().equals(self.value())
                ? local.meet(id)
                : remote.input(id, producer.host(), producer.dataPort(), layout, loader));
        edgeOf.add(i);
      }
    }
    return Optional.of(
        new InputGate(
            inputs, edges, edgeOf.stream().mapToInt(Integer::intValue).toArray(), subtask::wakeUp));
  }
}
