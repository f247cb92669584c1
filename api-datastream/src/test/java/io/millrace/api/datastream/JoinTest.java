package io.millrace.api.datastream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.datastream.sink.DiscardingSink;
import io.millrace.core.function.Collector;
import io.millrace.core.function.KeySelector;
import io.millrace.core.function.OutputTag;
import io.millrace.core.function.ProcessJoinFunction;
import io.millrace.core.time.WatermarkStrategy;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.window.EventTimeSessionWindows;
import io.millrace.core.window.SlidingEventTimeWindows;
import io.millrace.core.window.TumblingEventTimeWindows;
import io.millrace.runtime.graph.GraphTranslator;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.graph.Partitioning;
import io.millrace.runtime.submit.JobSubmissionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Joins as programs say them: what they become, what is refused, and runs on real tasks. */
@Timeout(120)
class JoinTest {
  record Order(long id, String customer, long time) {}

  record Payment(long order, long cents, long time) {}

  record Paid(String customer, long cents) {}

  private static final TumblingEventTimeWindows MINUTES =
      TumblingEventTimeWindows.of(Duration.ofMinutes(1));

  private final StreamExecutionEnvironment env =
      StreamExecutionEnvironment.getExecutionEnvironment().setParallelism(2);

  private DataStream<Order> orders(Order... orders) {
    return env.fromData(orders)
        .assignTimestampsAndWatermarks(
            WatermarkStrategy.<Order>forMonotonousTimestamps()
                .withTimestampAssigner((order, before) -> order.time()))
        .setParallelism(1);
  }

  private DataStream<Payment> payments(Payment... payments) {
    return env.fromData(payments)
        .assignTimestampsAndWatermarks(
            WatermarkStrategy.<Payment>forMonotonousTimestamps()
                .withTimestampAssigner((payment, before) -> payment.time()))
        .setParallelism(1);
  }

  private DataStream<Order> someOrders() {
    return orders(
        new Order(1, "ann", 1_000), new Order(2, "bob", 2_000), new Order(3, "eve", 59_999));
  }

  private DataStream<Payment> somePayments() {
    return payments(
        new Payment(1, 10, 1_500),
        new Payment(1, 20, 1_600),
        new Payment(3, 30, 60_000),
        new Payment(9, 90, 60_001));
  }

  private static <T> List<T> collect(DataStream<T> stream) throws Exception {
    List<T> records = new ArrayList<>();
    try (CloseableIterator<T> all = stream.executeAndCollect()) {
      all.forEachRemaining(records::add);
    }
    return records;
  }

  private JobGraph graph() {
    return GraphTranslator.translate(env.toLogicalGraph("job"), 2).graph();
  }

  @Test
  void aJoinIsOneOperatorBehindTwoHashEdgesAndKnowsItsOutput() {
    SingleOutputStreamOperator<Paid> paid =
        someOrders()
            .join(somePayments())
            .where(Order::id)
            .equalTo(Payment::order)
            .window(MINUTES)
            .apply((order, payment) -> new Paid(order.customer(), payment.cents()));
    paid.uid("paid").sinkTo(new DiscardingSink<>());

    assertThat(paid.getType().rawClass()).isEqualTo(Paid.class);
    JobGraph graph = graph();
    OperatorNode join =
        graph.vertices().stream()
            .flatMap(vertex -> vertex.operators().stream())
            .filter(operator -> operator.name().equals("Join"))
            .findFirst()
            .orElseThrow();
    assertThat(join.uid()).isEqualTo("paid");
    assertThat(graph.edges())
        .filteredOn(edge -> edge.partitioning() == Partitioning.HASH)
        .extracting(JobEdge::targetInput)
        .containsExactlyInAnyOrder(0, 1);
  }

  @Test
  void typesOfEveryFunctionAreFound() {
    JoinedStreams.WithWindow<Order, Payment, Long> joined =
        someOrders()
            .join(somePayments())
            .where(Order::id)
            .equalTo(Payment::order)
            .window(MINUTES)
            .allowedLateness(Duration.ofSeconds(5));

    assertThat(
            joined
                .<Paid>apply((order, payment, out) -> out.collect(new Paid("", 0)))
                .getType()
                .rawClass())
        .isIn(Paid.class, Object.class);
    assertThat(joined.apply((order, payment) -> payment.cents()).getType())
        .isEqualTo(TypeInformation.of(Long.class));
    assertThat(
            someOrders()
                .keyBy(Order::id)
                .intervalJoin(somePayments().keyBy(Payment::order))
                .between(Duration.ZERO, Duration.ofSeconds(1))
                .process(new Match())
                .getType())
        .isEqualTo(TypeInformation.of(String.class));
  }

  @Test
  void keysOfTwoTypesAreRefusedNamingBoth() {
    JoinedStreams.Where<Order, Payment, Object> where =
        someOrders()
            .join(somePayments())
            .where(keyedBy(Order::id), objects(TypeInformation.of(Long.class)));

    assertThatThrownBy(
            () ->
                where.equalTo(
                    keyedBy(payment -> payment.order() + ""),
                    objects(TypeInformation.of(String.class))))
        .isInstanceOf(JobSubmissionException.class)
        .hasMessageContaining("join(...).where(...).equalTo(...)")
        .hasMessageContaining("java.lang.Long")
        .hasMessageContaining("java.lang.String");
    assertThatThrownBy(
            () ->
                someOrders()
                    .keyBy(keyedBy(Order::id), objects(TypeInformation.of(Long.class)))
                    .intervalJoin(
                        somePayments()
                            .keyBy(keyedBy(Payment::cents), objects(TypeInformation.lateTyped()))))
        .isInstanceOf(JobSubmissionException.class)
        .hasMessageContaining("intervalJoin(...)")
        .hasMessageContaining("java.lang.Long")
        .hasMessageContaining("beside the key selector");
  }

  private static <T> KeySelector<T, Object> keyedBy(KeySelector<T, Object> selector) {
    return selector;
  }

  @SuppressWarnings("unchecked")
  private static TypeInformation<Object> objects(TypeInformation<?> type) {
    return (TypeInformation<Object>) type;
  }

  @Test
  void whatCannotBeIsRefusedWhereItIsSaid() {
    DataStream<Payment> elsewhere =
        StreamExecutionEnvironment.getExecutionEnvironment().fromData(new Payment(1, 1, 1));
    DataStream<Order> orders = someOrders();
    assertThatThrownBy(() -> orders.join(elsewhere)).isInstanceOf(IllegalArgumentException.class);

    IntervalJoin<Order, Payment, Long> interval =
        orders.keyBy(Order::id).intervalJoin(somePayments().keyBy(Payment::order));
    assertThatThrownBy(() -> interval.between(Duration.ofSeconds(2), Duration.ofSeconds(1)))
        .hasMessageContaining("lower bound PT2S");
    assertThatThrownBy(
            () ->
                interval
                    .between(Duration.ZERO, Duration.ZERO)
                    .lowerBoundExclusive()
                    .process(new Match()))
        .hasMessageContaining("holds no time");
    CoGroupedStreams.WithWindow<Order, Payment, Long> grouped =
        orders.coGroup(somePayments()).where(Order::id).equalTo(Payment::order).window(MINUTES);
    assertThatThrownBy(() -> grouped.allowedLateness(Duration.ofMillis(-1)))
        .hasMessageContaining("negative");
  }

  @Test
  void joinsOverTumblingAndSlidingWindows() throws Exception {
    JoinedStreams.EqualTo<Order, Payment, Long> joined =
        someOrders().join(somePayments()).where(Order::id).equalTo(Payment::order);
    DataStream<Paid> tumbling =
        joined
            .window(MINUTES)
            .apply((order, payment) -> new Paid(order.customer(), payment.cents()));
    DataStream<Paid> sliding =
        joined
            .window(SlidingEventTimeWindows.of(Duration.ofMinutes(2), Duration.ofMinutes(1)))
            .apply(
                (order, payment, out) ->
                    out.collect(new Paid(order.customer(), 100 * payment.cents())));

    assertThat(collect(tumbling.union(sliding)))
        .containsExactlyInAnyOrder(
            new Paid("ann", 10),
            new Paid("ann", 20),
            new Paid("ann", 1_000),
            new Paid("ann", 1_000),
            new Paid("ann", 2_000),
            new Paid("ann", 2_000),
            new Paid("eve", 3_000));
  }

  @Test
  void coGroupsWhatHasNoPartnerToo() throws Exception {
    List<String> groups =
        collect(
            someOrders()
                .coGroup(somePayments())
                .where(Order::id)
                .equalTo(Payment::order)
                .window(EventTimeSessionWindows.withGap(Duration.ofSeconds(10)))
                .apply(
                    (orders, payments, out) -> {
                      StringBuilder text = new StringBuilder();
                      orders.forEach(order -> text.append(order.customer()).append(' '));
                      payments.forEach(payment -> text.append(payment.cents()).append(' '));
                      out.collect(text.toString().strip());
                    }));

    assertThat(groups).containsExactlyInAnyOrder("ann 10 20", "bob", "eve 30", "90");
  }

  static final class Match extends ProcessJoinFunction<Order, Payment, String> {
    private static final long serialVersionUID = 1L;

    static final OutputTag<Long> CENTS = new OutputTag<>("cents", Long.class);

    @Override
    public void processElement(Order left, Payment right, Context ctx, Collector<String> out) {
      out.collect(left.customer() + " after " + (ctx.getRightTimestamp() - ctx.getLeftTimestamp()));
      ctx.output(CENTS, right.cents());
    }
  }

  @Test
  void joinsWithinAnInterval() throws Exception {
    SingleOutputStreamOperator<String> matches =
        someOrders()
            .keyBy(Order::id)
            .intervalJoin(somePayments().keyBy(Payment::order))
            .between(Duration.ZERO, Duration.ofMillis(600))
            .upperBoundExclusive()
            .process(new Match());
    DataStream<String> cents = matches.getSideOutput(Match.CENTS).map(n -> n + " cents");

    assertThat(collect(matches.union(cents)))
        .containsExactlyInAnyOrder("ann after 500", "10 cents", "eve after 1", "30 cents");
  }
}
