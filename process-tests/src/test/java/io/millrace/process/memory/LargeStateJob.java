package io.millrace.process.memory;

import io.millrace.api.datastream.RestartStrategies;
import io.millrace.api.datastream.StreamExecutionEnvironment;
import io.millrace.api.datastream.sink.DiscardingSink;
import io.millrace.api.datastream.source.DataGeneratorSource;
import io.millrace.core.function.Collector;
import io.millrace.core.function.KeyedProcessFunction;
import io.millrace.core.function.OpenContext;
import io.millrace.core.state.StateBackend;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.time.WatermarkStrategy;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Writes two thousand bytes that can't be compressed for each record, to keys in no order, and
 * looks at what it wrote for the key before: at its number, and at bytes that depend on it.
 */
public final class LargeStateJob {
  /** Written for each record. */
  static final int VALUE_BYTES = 2_000;

  private LargeStateJob() {}

  /** Arguments: records, keys, seconds between checkpoints. */
  public static void main(String[] args) throws Exception {
    long records = Long.parseLong(args[0]);
    long keys = Long.parseLong(args[1]);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(2);
    env.setStateBackend(StateBackend.ROCKSDB);
    env.enableCheckpointing(Duration.ofSeconds(Long.parseLong(args[2])));
    env.setRestartStrategy(RestartStrategies.noRestart());
    env.fromSource(
            new DataGeneratorSource<>(i -> (mix(i) >>> 1) % keys, records),
            WatermarkStrategy.noWatermarks(),
            "keys")
        .uid("keys")
        .keyBy(key -> key)
        .process(new Rewrite())
        .uid("state")
        .sinkTo(new DiscardingSink<>());
    env.execute("large state");
  }

  private static long mix(long value) {
    long mixed = (value + 0x9E3779B97F4A7C15L) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
    return mixed ^ mixed >>> 31;
  }

  private static final class Rewrite extends KeyedProcessFunction<Long, Long, Long> {
    private static final long serialVersionUID = 1L;
    private transient ValueState<byte[]> state;

    @Override
    public void open(OpenContext context) {
      state = getRuntimeContext().getState(new ValueStateDescriptor<>("state", byte[].class));
    }

    @Override
    public void processElement(Long key, Context<Long> context, Collector<Long> out)
        throws Exception {
      byte[] before = state.value();
      long times = 0;
      if (before != null) {
        ByteBuffer found = ByteBuffer.wrap(before);
        times = found.getLong(0);
        if (before.length != VALUE_BYTES
            || times < 1
            || found.getLong(VALUE_BYTES - 8) != last(key, times)) {
          throw new IllegalStateException("The state of key " + key + " is not what was written");
        }
      }
      state.update(value(key, times + 1));
    }

    private static byte[] value(long key, long times) {
      ByteBuffer value = ByteBuffer.allocate(VALUE_BYTES);
      value.putLong(times);
      for (int word = 1; word < VALUE_BYTES / 8; word++) {
        value.putLong(mix(mix(key) + times * 1_000 + word));
      }
      return value.array();
    }

    private static long last(long key, long times) {
      return mix(mix(key) + times * 1_000 + VALUE_BYTES / 8 - 1);
    }
  }
}
