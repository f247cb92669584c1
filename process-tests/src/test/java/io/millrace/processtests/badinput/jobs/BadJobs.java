package io.millrace.processtests.badinput.jobs;

import io.millrace.api.datastream.DataStream;
import io.millrace.api.datastream.RestartStrategies;
import io.millrace.api.datastream.StreamExecutionEnvironment;
import io.millrace.api.datastream.sink.DiscardingSink;
import io.millrace.connectors.kafka.DeliveryGuarantee;
import io.millrace.connectors.kafka.ErrorPolicy;
import io.millrace.connectors.kafka.KafkaRecordSerializationSchema;
import io.millrace.connectors.kafka.KafkaSink;
import io.millrace.connectors.kafka.KafkaSource;
import io.millrace.connectors.kafka.KafkaSourceBuilder;
import io.millrace.connectors.kafka.OffsetsInitializer;
import io.millrace.core.time.WatermarkStrategy;
import io.millrace.formats.json.JsonDeserializationSchema;
import io.millrace.formats.json.JsonSerializationSchema;
import java.time.Duration;

/** Programs as users write them by mistake, and two good ones; the first argument says which. */
public final class BadJobs {
  private BadJobs() {}

  public static void main(String[] args) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(1);
    // What is wrong with these stays wrong: the engine must see that itself.
    if (!args[0].equals("copy") && !args[0].equals("count")) {
      env.setRestartStrategy(RestartStrategies.noRestart());
    }
    switch (args[0]) {
      case "throws" -> readTariff("gold");
      case "executes-nothing" -> env.fromSequence(1, 10).sinkTo(new DiscardingSink<>());
      case "capture" -> capture(env);
      case "field" -> env.fromSequence(1, 10).map(new Tariff()).sinkTo(new DiscardingSink<>());
      case "type" -> type(env);
      case "double-key" -> doubleKey(env);
      case "ledger" -> ledger(env, args[1], args[2], args[3]);
      case "count" -> count(env, args[1], args[2]);
      case "read" -> read(env, args[1], args[2]);
      case "copy" -> copy(env, args[1], args[2], args[3], args[4]);
      default -> throw new IllegalArgumentException("There is no program " + args[0]);
    }
    if (!args[0].equals("executes-nothing")) {
      env.execute(args[0]);
    }
  }

  private static void readTariff(String name) {
    throw new IllegalStateException("there is no tariff '" + name + "'");
  }

  private static void capture(StreamExecutionEnvironment env) {
    Tariff.PriceList prices = new Tariff.PriceList();
    env.fromSequence(1, 10).map(id -> prices.of(id)).name("price").sinkTo(new DiscardingSink<>());
  }

  /** A record with a field that no serializer is made for. */
  record Job(long id, Thread worker) {}

  private static void type(StreamExecutionEnvironment env) {
    env.fromSequence(1, 10)
        .map(id -> new Job(id, Thread.currentThread()))
        .name("assign")
        .rebalance()
        .sinkTo(new DiscardingSink<>());
  }

  private static void doubleKey(StreamExecutionEnvironment env) {
    env.fromSequence(1, 10)
        .map(id -> new Payment(id, "a", id / 4.0))
        .name("pay")
        .keyBy(Payment::amount)
        .reduce((a, b) -> b)
        .sinkTo(new DiscardingSink<>());
  }

  /** Exactly once, with state: what the other rows must not harm. */
  private static void ledger(
      StreamExecutionEnvironment env, String servers, String input, String output) {
    checkpoint(env);
    env.fromSource(source(servers, input).build(), WatermarkStrategy.noWatermarks(), "payments")
        .uid("payments")
        .keyBy(Payment::account)
        .process(new NumberPayments())
        .uid("number")
        .sinkTo(sink(servers, output, DeliveryGuarantee.EXACTLY_ONCE))
        .uid("ledger");
  }

  /** Keyed state without output, to take savepoints of. */
  private static void count(StreamExecutionEnvironment env, String servers, String input) {
    checkpoint(env);
    env.fromSource(source(servers, input).build(), WatermarkStrategy.noWatermarks(), "payments")
        .uid("payments")
        .keyBy(Payment::account)
        .process(new NumberPayments())
        .uid("number")
        .sinkTo(new DiscardingSink<>())
        .uid("nowhere");
  }

  /** Reads a topic; gives up early on a broker that does not answer. */
  private static void read(StreamExecutionEnvironment env, String servers, String input) {
    KafkaSource<Payment> source =
        source(servers, input).setProperty("default.api.timeout.ms", "4000").build();
    env.fromSource(source, WatermarkStrategy.noWatermarks(), "payments")
        .sinkTo(new DiscardingSink<>());
  }

  /** Copies a topic to its present end. */
  private static void copy(
      StreamExecutionEnvironment env, String servers, String input, String output, String onError) {
    ErrorPolicy policy =
        switch (onError) {
          case "fail" -> ErrorPolicy.fail();
          case "skip" -> ErrorPolicy.skip();
          default -> ErrorPolicy.deadLetter(onError);
        };
    DataStream<Payment> payments =
        env.fromSource(
            source(servers, input).setBounded(OffsetsInitializer.latest()).onError(policy).build(),
            WatermarkStrategy.noWatermarks(),
            "payments");
    payments.sinkTo(sink(servers, output, DeliveryGuarantee.AT_LEAST_ONCE));
  }

  private static void checkpoint(StreamExecutionEnvironment env) {
    env.enableCheckpointing(Duration.ofMillis(250));
    env.getCheckpointConfig().setTolerableCheckpointFailureNumber(10_000);
  }

  private static KafkaSourceBuilder<Payment> source(String servers, String topic) {
    return KafkaSource.<Payment>builder()
        .setBootstrapServers(servers)
        .setTopics(topic)
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setValueOnlyDeserializer(new JsonDeserializationSchema<>(Payment.class));
  }

  private static <T> KafkaSink<T> sink(String servers, String topic, DeliveryGuarantee guarantee) {
    return KafkaSink.<T>builder()
        .setBootstrapServers(servers)
        .setRecordSerializer(
            KafkaRecordSerializationSchema.<T>builder()
                .setTopic(topic)
                .setValueSerializationSchema(new JsonSerializationSchema<>())
                .build())
        .setDeliveryGuarantee(guarantee)
        .setTransactionalIdPrefix("bad-input-" + topic)
        .build();
  }
}
