package io.millrace.process.cycles;

import io.millrace.api.datastream.DataStream;
import io.millrace.api.datastream.RestartStrategies;
import io.millrace.api.datastream.StreamExecutionEnvironment;
import io.millrace.connectors.kafka.DeliveryGuarantee;
import io.millrace.connectors.kafka.KafkaRecordSerializationSchema;
import io.millrace.connectors.kafka.KafkaSink;
import io.millrace.connectors.kafka.KafkaSource;
import io.millrace.connectors.kafka.OffsetsInitializer;
import io.millrace.core.function.Collector;
import io.millrace.core.function.KeyedProcessFunction;
import io.millrace.core.function.OpenContext;
import io.millrace.core.function.RichMapFunction;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.time.WatermarkStrategy;
import io.millrace.formats.json.JsonDeserializationSchema;
import io.millrace.formats.json.JsonSerializationSchema;
import java.time.Duration;

/** The jobs of {@link ClassLoaderCyclesTest}: they run from a jar, under a loader of their own. */
public final class CycleJobs {
  private static final long MANY = 1L << 50;

  private CycleJobs() {}

  /** What a job does, and how it ends. */
  public enum Kind {
    ENDLESS,
    BOUNDED,
    KAFKA,
    THREAD_LOCAL,
    FAILING
  }

  /** An event, as JSON in Kafka. */
  public record Event(long key, String text) {}

  /** Arguments: kind, Kafka's address, number of the cycle. */
  public static void main(String[] args) throws Exception {
    Kind kind = Kind.valueOf(args[0]);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(2);
    env.enableCheckpointing(Duration.ofMillis(200));
    env.setRestartStrategy(RestartStrategies.noRestart());
    switch (kind) {
      case ENDLESS -> count(numbers(env, MANY).map(i -> event(i)));
      case BOUNDED -> count(numbers(env, 10_000).map(i -> event(i)));
      case KAFKA -> kafka(env, args[1], args[2]);
      case THREAD_LOCAL -> count(numbers(env, MANY).map(new Remembering()).map(i -> event(i)));
      case FAILING -> count(numbers(env, MANY).map(new Failing()).map(i -> event(i)));
    }
    env.execute(kind + " " + args[2]);
  }

  private static DataStream<Long> numbers(StreamExecutionEnvironment env, long to) {
    return env.fromSequence(1, to);
  }

  private static Event event(long i) {
    return new Event(i % 100, "event " + i % 10);
  }

  private static void count(DataStream<Event> events) {
    events.keyBy(Event::key).process(new Count()).filter(event -> event.key() < 0).print();
  }

  private static void kafka(StreamExecutionEnvironment env, String servers, String cycle) {
    KafkaSource<Event> source =
        KafkaSource.<Event>builder()
            .setBootstrapServers(servers)
            .setTopics("events")
            .setGroupId("cycles-" + cycle)
            .setStartingOffsets(OffsetsInitializer.earliest())
            .setValueOnlyDeserializer(new JsonDeserializationSchema<>(Event.class))
            .build();
    KafkaSink<Event> sink =
        KafkaSink.<Event>builder()
            .setBootstrapServers(servers)
            .setRecordSerializer(
                KafkaRecordSerializationSchema.<Event>builder()
                    .setTopic("counts")
                    .setValueSerializationSchema(new JsonSerializationSchema<>())
                    .build())
            .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
            .setTransactionalIdPrefix("cycles-" + cycle)
            .build();
    env.fromSource(source, WatermarkStrategy.noWatermarks(), "events")
        .keyBy(Event::key)
        .process(new Count())
        .sinkTo(sink);
  }

  /** Keeps state, and sets a timer that is far from due when the job ends. */
  private static final class Count extends KeyedProcessFunction<Long, Event, Event> {
    private transient ValueState<Event> last;

    @Override
    public void open(OpenContext context) {
      last = getRuntimeContext().getState(new ValueStateDescriptor<>("last", Event.class));
    }

    @Override
    public void processElement(Event value, Context<Long> ctx, Collector<Event> out)
        throws Exception {
      if (last.value() == null) {
        ctx.timerService()
            .registerProcessingTimeTimer(
                ctx.timerService().currentProcessingTime() + Duration.ofHours(1).toMillis());
      }
      last.update(value);
      out.collect(value);
    }
  }

  /** Leaves values of the job's own classes on each thread that it runs on. */
  private static final class Remembering extends RichMapFunction<Long, Long> {
    private static final ThreadLocal<Event> LAST = new ThreadLocal<>();
    private static final InheritableThreadLocal<Event> INHERITED = new InheritableThreadLocal<>();

    @Override
    public void open(OpenContext context) {
      LAST.set(new Event(-1, "open"));
      INHERITED.set(new Event(-1, "open"));
    }

    @Override
    public Long map(Long value) {
      LAST.set(event(value));
      INHERITED.set(event(value));
      return value;
    }

    @Override
    public void close() {
      LAST.set(new Event(-1, "close"));
    }
  }

  /** An exception that only the job knows. */
  private static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refusal(String message) {
      super(message);
    }
  }

  private static final class Failing extends RichMapFunction<Long, Long> {
    @Override
    public Long map(Long value) {
      if (value % 5_000 == 0) {
        throw new Refusal("Refuses " + value);
      }
      return value;
    }
  }
}
