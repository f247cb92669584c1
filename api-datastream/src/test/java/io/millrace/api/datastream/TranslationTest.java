package io.millrace.api.datastream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.millrace.api.datastream.sink.DiscardingSink;
import io.millrace.core.function.CoFlatMapFunction;
import io.millrace.core.function.Collector;
import io.millrace.core.function.KeyedProcessFunction;
import io.millrace.core.function.MapFunction;
import io.millrace.core.function.OutputTag;
import io.millrace.core.function.ProcessFunction;
import io.millrace.runtime.graph.GraphTranslator;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.graph.Partitioning;
import io.millrace.runtime.graph.Translation;
import io.millrace.runtime.submit.JobSubmissionException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What programs become: chains, edges, identities; and what is said of programs that can't run. */
class TranslationTest {
  record Reading(double level, long sensor) {}

  private final StreamExecutionEnvironment env =
      StreamExecutionEnvironment.getExecutionEnvironment();

  private Translation translate() {
    return GraphTranslator.translate(env.toLogicalGraph("job"), 2);
  }

  private static List<String> names(JobVertex vertex) {
    return vertex.operators().stream().map(OperatorNode::name).toList();
  }

  static final class Identity extends KeyedProcessFunction<Long, Long, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public void processElement(Long value, Context<Long> ctx, Collector<Long> out) {
      out.collect(value);
    }
  }

  @Test
  void forwardNeighboursOfEqualParallelismShareATask() {
    env.fromSequence(1, 10)
        .map(number -> number + 1)
        .filter(number -> number > 2)
        .keyBy(number -> number % 3)
        .process(new Identity())
        .uid("identity")
        .sinkTo(new DiscardingSink<>());

    JobGraph graph = translate().graph();

    assertThat(graph.vertices()).hasSize(2);
    assertThat(names(graph.vertices().get(0))).containsExactly("Sequence", "Map", "Filter");
    assertThat(names(graph.vertices().get(1))).containsExactly("Keyed Process", "Sink");
    assertThat(graph.vertices().get(0).operators())
        .extracting(OperatorNode::parent)
        .containsExactly(-1, 0, 1);
    assertThat(graph.edges()).hasSize(1);
    JobEdge edge = graph.edges().get(0);
    assertThat(edge.partitioning()).isEqualTo(Partitioning.HASH);
    assertThat(edge.sourceOperator()).isEqualTo(2);
    assertThat(graph.vertices()).allMatch(vertex -> vertex.maxParallelism() == 128);
  }

  @Test
  void aTreeOfConsumersIsOneTask() {
    OutputTag<Long> odd = new OutputTag<>("odd", Long.class);
    SingleOutputStreamOperator<Long> split =
        env.fromSequence(1, 10)
            .process(
                new ProcessFunction<Long, Long>() {
                  private static final long serialVersionUID = 1L;

                  @Override
                  public void processElement(Long value, Context ctx, Collector<Long> out) {
                    out.collect(value);
                  }
                });
    split.sinkTo(new DiscardingSink<>()).name("all");
    split.getSideOutput(odd).sinkTo(new DiscardingSink<>()).name("odd ones");

    JobGraph graph = translate().graph();

    assertThat(graph.edges()).isEmpty();
    assertThat(graph.vertices().get(0).operators())
        .extracting(OperatorNode::name, OperatorNode::parent, OperatorNode::parentTag)
        .contains(tuple("all", 1, ""), tuple("odd ones", 1, "odd"));
  }

  @Test
  void otherParallelismAndDisabledChainingEndAChain() {
    env.fromSequence(1, 10)
        .setParallelism(1)
        .map(number -> number)
        .disableChaining()
        .filter(number -> true)
        .filter(number -> true)
        .startNewChain()
        .sinkTo(new DiscardingSink<>());

    JobGraph graph = translate().graph();

    assertThat(graph.vertices().stream().map(TranslationTest::names))
        .containsExactly(
            List.of("Sequence"), List.of("Map"), List.of("Filter"), List.of("Filter", "Sink"));
    assertThat(graph.edges())
        .extracting(JobEdge::partitioning)
        .containsExactly(Partitioning.REBALANCE, Partitioning.FORWARD, Partitioning.FORWARD);
  }

  @Test
  void unionAndConnectEndChainsAndKeepTheirInputs() {
    DataStream<Long> left = env.fromSequence(1, 10);
    DataStream<Long> right = env.fromSequence(1, 10);
    left.union(right).map(number -> number).sinkTo(new DiscardingSink<>());
    left.connect(right)
        .flatMap(
            new CoFlatMapFunction<Long, Long, Long>() {
              private static final long serialVersionUID = 1L;

              @Override
              public void flatMap1(Long value, Collector<Long> out) {}

              @Override
              public void flatMap2(Long value, Collector<Long> out) {}
            })
        .sinkTo(new DiscardingSink<>());

    JobGraph graph = translate().graph();

    assertThat(graph.vertices().stream().map(TranslationTest::names))
        .containsExactly(
            List.of("Sequence"),
            List.of("Sequence"),
            List.of("Map", "Sink"),
            List.of("Co-Flat Map", "Sink"));
    assertThat(graph.inputsOf(2)).extracting(JobEdge::targetInput).containsExactly(0, 0);
    assertThat(graph.inputsOf(3)).extracting(JobEdge::targetInput).containsExactly(0, 1);
  }

  @Test
  void identityIsTheUidElseAUniqueNameElseDerived() {
    DataStream<Long> numbers = env.fromSequence(1, 10);
    numbers.keyBy(n -> n).process(new Identity()).uid("one").sinkTo(new DiscardingSink<>());
    numbers.keyBy(n -> n).process(new Identity()).name("two").sinkTo(new DiscardingSink<>());
    numbers.keyBy(n -> n).process(new Identity()).sinkTo(new DiscardingSink<>());
    numbers.keyBy(n -> n).process(new Identity()).name("twin").sinkTo(new DiscardingSink<>());
    numbers.keyBy(n -> n).process(new Identity()).name("twin").sinkTo(new DiscardingSink<>());

    Translation translation = translate();

    assertThat(
            translation.graph().vertices().stream()
                .skip(1)
                .map(vertex -> vertex.operators().get(0))
                .map(head -> Map.entry(head.uid(), head.uidExplicit())))
        .containsExactly(
            Map.entry("one", true),
            Map.entry("two", true),
            Map.entry("derived:Keyed Process#2", false),
            Map.entry("derived:twin#1", false),
            Map.entry("derived:twin#2", false));
    assertThat(translation.warnings())
        .singleElement()
        .asString()
        .contains("'Keyed Process', 'twin', 'twin'")
        .contains("uid(...)");
  }

  @Test
  void chainingNeverChangesIdentities() {
    DataStream<Long> numbers = env.fromSequence(1, 10);
    SingleOutputStreamOperator<Long> mapped = numbers.map(n -> n);
    mapped.sinkTo(new DiscardingSink<>());
    List<String> chained = uids();
    mapped.disableChaining().setParallelism(7);

    assertThat(uids()).containsExactlyElementsOf(chained);
  }

  private List<String> uids() {
    return translate().graph().vertices().stream()
        .flatMap(vertex -> vertex.operators().stream())
        .map(OperatorNode::uid)
        .toList();
  }

  @Test
  void equalUidsAreRefused() {
    env.fromSequence(1, 10).uid("x").map(n -> n).uid("x").sinkTo(new DiscardingSink<>());

    assertThatThrownBy(this::translate)
        .isInstanceOf(JobSubmissionException.class)
        .hasMessageContaining("'x'")
        .hasMessageContaining("'Sequence' and 'Map'");
  }

  @Test
  void aJobWithoutSinkIsRefused() {
    env.fromSequence(1, 10).map(n -> n);

    assertThatThrownBy(this::translate)
        .isInstanceOf(JobSubmissionException.class)
        .hasMessageContaining("no sink")
        .hasMessageContaining("'Map'")
        .hasMessageContaining("sinkTo(...)");
  }

  @Test
  void anEmptyJobIsRefused() {
    assertThatThrownBy(this::translate)
        .isInstanceOf(JobSubmissionException.class)
        .hasMessageContaining("fromSource");
  }

  @Test
  void whatCannotBeShippedIsNamed() {
    Object lock = new Object();
    env.fromSequence(1, 10)
        .map(n -> n + lock.hashCode())
        .name("locked")
        .sinkTo(new DiscardingSink<>());

    assertThatThrownBy(this::translate)
        .isInstanceOf(JobSubmissionException.class)
        .hasMessageContaining("Operator 'locked'")
        .hasMessageContaining("java.lang.Object")
        .hasMessageContaining(
            "lambda in io.millrace.api.datastream.TranslationTest captures variable 1")
        .hasMessageNotContaining("ClassOperatorFactory")
        .hasMessageContaining("Remedy");
  }

  @Test
  void fieldsThatCannotBeShippedAreNamed() {
    env.fromSequence(1, 10).map(new WithThread()).sinkTo(new DiscardingSink<>());

    assertThatThrownBy(this::translate)
        .isInstanceOf(JobSubmissionException.class)
        .hasMessageContaining("Operator 'Map'")
        .hasMessageContaining("WithThread")
        .hasMessageContaining("field owner")
        .hasMessageContaining("java.lang.Thread");
  }

  static final class WithThread implements MapFunction<Long, Long> {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial")
    private final Thread owner = Thread.currentThread();

    @Override
    public Long map(Long value) {
      return value + owner.getPriority();
    }
  }

  @Test
  void keysThatCannotBeKeysAreRefusedAtKeyBy() {
    DataStream<Reading> readings = env.fromData(new Reading(1.5, 7));

    assertThatThrownBy(() -> readings.keyBy(reading -> reading))
        .isInstanceOf(JobSubmissionException.class)
        .hasMessageContaining("keyBy(...) after 'Collection'")
        .hasMessageContaining("level");
    assertThat(readings.keyBy(Reading::sensor).getKeyType().rawClass()).isEqualTo(Long.class);
  }

  @Test
  void connectedKeysMustBeOfOneClass() {
    DataStream<Long> numbers = env.fromSequence(1, 10);
    KeyedStream<Long, Long> longs = numbers.keyBy(n -> n);
    KeyedStream<Long, String> texts = numbers.keyBy(n -> "" + n);

    assertThatThrownBy(() -> longs.connect(texts))
        .isInstanceOf(JobSubmissionException.class)
        .hasMessageContaining("java.lang.Long")
        .hasMessageContaining("java.lang.String")
        .hasMessageContaining("one class");
  }

  @Test
  void forwardNeedsEqualParallelism() {
    env.fromSequence(1, 10).forward().map(n -> n).setParallelism(3).sinkTo(new DiscardingSink<>());

    assertThatThrownBy(this::translate)
        .isInstanceOf(JobSubmissionException.class)
        .hasMessageContaining("parallelism 2")
        .hasMessageContaining("parallelism 3")
        .hasMessageContaining("rebalance()");
  }

  @Test
  void keyGroupsAreAPowerOfTwo() {
    assertThatThrownBy(() -> env.setMaxParallelism(100))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("power of two")
        .hasMessageContaining("take 128");
  }

  @Test
  void parallelismAboveTheKeyGroupsIsRefused() {
    env.fromSequence(1, 10)
        .map(n -> n)
        .setMaxParallelism(4)
        .setParallelism(8)
        .sinkTo(new DiscardingSink<>());

    assertThatThrownBy(this::translate)
        .isInstanceOf(JobSubmissionException.class)
        .hasMessageContaining("'Map'")
        .hasMessageContaining("setMaxParallelism");
  }

  @Test
  void aStreamMayBePartOfALaterJob() {
    DataStream<Long> numbers = env.fromSequence(1, 10);
    numbers.sinkTo(new DiscardingSink<>());
    translate();
    numbers.map(n -> n).sinkTo(new DiscardingSink<>());

    assertThat(translate().graph().vertices().get(0).operators()).hasSize(4);
  }
}
