package io.millrace.processtests.savepoint;

import io.millrace.core.function.AggregateFunction;
import io.millrace.core.function.CheckpointedFunction;
import io.millrace.core.function.Collector;
import io.millrace.core.function.KeyedProcessFunction;
import io.millrace.core.function.KeyedStateBootstrapFunction;
import io.millrace.core.function.OpenContext;
import io.millrace.core.function.RuntimeContext;
import io.millrace.core.state.AggregatingState;
import io.millrace.core.state.AggregatingStateDescriptor;
import io.millrace.core.state.ListState;
import io.millrace.core.state.ListStateDescriptor;
import io.millrace.core.state.MapState;
import io.millrace.core.state.MapStateDescriptor;
import io.millrace.core.state.ReducingState;
import io.millrace.core.state.ReducingStateDescriptor;
import io.millrace.core.state.StateTtlConfig;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/** State of every kind, filled from items, and a program that goes on with it. */
final class Stock {
  private Stock() {}

  record Item(String shop, int id, long amount) {}

  record Last(int id, long amount) {}

  /** The sum of ids. */
  static final class Ids implements AggregateFunction<Integer, Long, String> {
    private static final long serialVersionUID = 1L;

    @Override
    public Long createAccumulator() {
      return 0L;
    }

    @Override
    public Long add(Integer id, Long sum) {
      return sum + id;
    }

    @Override
    public String getResult(Long sum) {
      return "ids " + sum;
    }

    @Override
    public Long merge(Long left, Long right) {
      return left + right;
    }
  }

  static ValueStateDescriptor<Last> last() {
    ValueStateDescriptor<Last> descriptor = new ValueStateDescriptor<>("last", Last.class);
    descriptor.enableTimeToLive(StateTtlConfig.of(Duration.ofDays(1)));
    return descriptor;
  }

  static ListStateDescriptor<Long> amounts() {
    return new ListStateDescriptor<>("amounts", Long.class);
  }

  static MapStateDescriptor<Integer, Last> items() {
    return new MapStateDescriptor<>("items", Integer.class, Last.class);
  }

  static ReducingStateDescriptor<Long> sum() {
    return new ReducingStateDescriptor<>("sum", Long::sum, Long.class);
  }

  static AggregatingStateDescriptor<Integer, Long, String> ids() {
    return new AggregatingStateDescriptor<>("ids", new Ids(), Long.class);
  }

  static ListStateDescriptor<String> notes() {
    return new ListStateDescriptor<>("notes", String.class);
  }

  /** All handles. */
  record Handles(
      ValueState<Last> last,
      ListState<Long> amounts,
      MapState<Integer, Last> items,
      ReducingState<Long> sum,
      AggregatingState<Integer, String> ids) {
    static Handles of(RuntimeContext context) {
      return new Handles(
          context.getState(Stock.last()),
          context.getListState(Stock.amounts()),
          context.getMapState(Stock.items()),
          context.getReducingState(Stock.sum()),
          context.getAggregatingState(Stock.ids()));
    }

    void add(Item item) throws Exception {
      Last now = new Last(item.id(), item.amount());
      last.update(now);
      amounts.add(item.amount());
      items.put(item.id(), now);
      sum.add(item.amount());
      ids.add(item.id());
    }

    String told() throws Exception {
      Map<Integer, Long> all = new TreeMap<>();
      items.entries().forEach(entry -> all.put(entry.getKey(), entry.getValue().amount()));
      List<Long> sorted =
          StreamSupport.stream(amounts.get().spliterator(), false).sorted().toList();
      return sorted + " " + all + " " + sum.get() + " " + ids.get();
    }
  }

  /** Fills it. A timer a shop fires at ten times the largest id. */
  static final class Fill extends KeyedStateBootstrapFunction<String, Item>
      implements CheckpointedFunction {
    private static final long serialVersionUID = 1L;
    private transient Handles handles;
    private transient ListState<String> notes;

    @Override
    public void initializeState(InitializationContext context) {
      notes = context.getOperatorStateStore().getListState(notes());
    }

    @Override
    public void snapshotState(SnapshotContext context) {
      notes.add("subtask " + getRuntimeContext().getIndexOfThisSubtask());
    }

    @Override
    public void open(OpenContext context) {
      handles = Handles.of(getRuntimeContext());
    }

    @Override
    public void processElement(Item item, Context<String> context) throws Exception {
      handles.add(item);
      context.timerService().registerEventTimeTimer(10);
      context.timerService().registerProcessingTimeTimer(Long.MAX_VALUE - 1);
    }
  }

  /** Goes on with it, and tells all when a timer fires. */
  static final class Keep extends KeyedProcessFunction<String, Item, String> {
    private static final long serialVersionUID = 1L;
    private transient Handles handles;

    @Override
    public void open(OpenContext context) {
      handles = Handles.of(getRuntimeContext());
    }

    @Override
    public void processElement(Item item, Context<String> context, Collector<String> out)
        throws Exception {
      handles.add(item);
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext<String> context, Collector<String> out)
        throws Exception {
      out.collect(context.getCurrentKey() + " at " + timestamp + ": " + handles.told());
    }
  }
}
