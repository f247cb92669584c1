package io.millrace.processtests.savepoint;

import io.millrace.api.datastream.DataStream;
import io.millrace.api.datastream.SavepointReader;
import io.millrace.api.datastream.SavepointWriter;
import io.millrace.api.datastream.StreamExecutionEnvironment;
import io.millrace.core.function.KeyedStateBootstrapFunction;
import io.millrace.core.function.OpenContext;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;

/** The example of docs/state.md: its lines are this class's. */
final class ConvertTotals {
  private ConvertTotals() {}

  record Total(long auction, long cents) {}

  static ValueStateDescriptor<Total> total() {
    return new ValueStateDescriptor<>("total", Total.class);
  }

  /** Fills the state of the operator with the uid "totals". */
  static final class FillTotals extends KeyedStateBootstrapFunction<Long, Total> {
    private ValueState<Total> total;

    @Override
    public void open(OpenContext context) {
      total = getRuntimeContext().getState(total());
    }

    @Override
    public void processElement(Total value, Context<Long> context) {
      total.update(value);
    }
  }

  static void convert(StreamExecutionEnvironment env, String from, String to) throws Exception {
    SavepointReader savepoint = SavepointReader.open(env, from);
    DataStream<Total> totals =
        savepoint
            .keyed("totals", Long.class)
            .state(total())
            .map(entry -> new Total(entry.key(), entry.value().cents() * 95 / 100))
            .filter(total -> total.cents() > 0);
    SavepointWriter.from(env, from, to)
        .bootstrap("totals", totals.keyBy(Total::auction), new FillTotals())
        .remove("statistics")
        .write();
    env.execute("convert");
  }
}
