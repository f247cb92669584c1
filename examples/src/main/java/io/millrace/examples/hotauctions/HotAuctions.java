package io.millrace.examples.hotauctions;

import io.millrace.api.datastream.DataStream;
import io.millrace.api.datastream.StreamExecutionEnvironment;
import io.millrace.connectors.kafka.DeliveryGuarantee;
import io.millrace.connectors.kafka.KafkaRecordSerializationSchema;
import io.millrace.connectors.kafka.KafkaSink;
import io.millrace.connectors.kafka.KafkaSource;
import io.millrace.connectors.kafka.OffsetsInitializer;
import io.millrace.core.format.SerializationSchema;
import io.millrace.core.state.StateBackend;
import io.millrace.core.time.WatermarkStrategy;
import io.millrace.core.window.SlidingEventTimeWindows;
import io.millrace.core.window.TumblingEventTimeWindows;
import io.millrace.formats.json.JsonDeserializationSchema;
import io.millrace.formats.json.JsonSerializationSchema;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Which auctions had most bids in the last ten seconds, every two seconds (Nexmark query 5), from
 * Kafka to Kafka, exactly once; beside it a ledger of all bids, numbered for each auction.
 *
 * <p>Arguments: {@code --bootstrap-servers HOST:PORT}; optionally {@code --input}, {@code
 * --output}, {@code --ledger} (topics), {@code --checkpoint-interval} (such as {@code PT1S}),
 * {@code --state-backend} ({@code heap} or {@code rocksdb}).
 */
public final class HotAuctions {
  private static final Duration SIZE = Duration.ofSeconds(10);
  private static final Duration SLIDE = Duration.ofSeconds(2);

  private HotAuctions() {}

  public static void main(String[] args) throws Exception {
    Map<String, String> options = options(args);
    String servers = options.get("bootstrap-servers");
    if (servers == null) {
      throw new IllegalArgumentException("--bootstrap-servers HOST:PORT is missing");
    }

    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.enableCheckpointing(Duration.parse(options.getOrDefault("checkpoint-interval", "PT1S")));

    if (options.containsKey("state-backend")) {
      env.setStateBackend(
          StateBackend.valueOf(options.get("state-backend").toUpperCase(Locale.ROOT)));
    }

    KafkaSource<Bid> source =
        KafkaSource.<Bid>builder()
            .setBootstrapServers(servers)
            .setTopics(options.getOrDefault("input", "bids"))
            .setGroupId("hot-auctions")
            .setStartingOffsets(OffsetsInitializer.earliest())
            .setValueOnlyDeserializer(new JsonDeserializationSchema<>(Bid.class))
            .build();
    DataStream<Bid> bids =
        env.fromSource(
                source,
                WatermarkStrategy.<Bid>forBoundedOutOfOrderness(Duration.ofSeconds(1))
                    .withTimestampAssigner((bid, kafkaTime) -> bid.dateTime())
                    // All partitions get bids all the time: one that pauses must not make its next
                    // bids late.
                    .withIdleness(Duration.ofMinutes(1)),
                "bids")
            .uid("bids");

    bids.keyBy(Bid::auction)
        .window(SlidingEventTimeWindows.of(SIZE, SLIDE))
        .aggregate(new CountBids(), new NameWindow())
        .uid("count")
        .keyBy(AuctionCount::windowEnd)
        .window(TumblingEventTimeWindows.of(SLIDE))
        .process(new Hottest())
        .uid("hottest")
        .sinkTo(
            sink(
                servers,
                options.getOrDefault("output", "hot-auctions"),
                new JsonSerializationSchema<>()))
        .uid("hot-auctions");

    bids.keyBy(Bid::auction)
        .process(new NumberBids())
        .uid("number")
        .sinkTo(
            sink(
                servers, options.getOrDefault("ledger", "ledger"), new JsonSerializationSchema<>()))
        .uid("ledger");

    env.execute("hot auctions");
  }

  private static <T> KafkaSink<T> sink(
      String servers, String topic, SerializationSchema<T> format) {
    return KafkaSink.<T>builder()
        .setBootstrapServers(servers)
        .setRecordSerializer(
            KafkaRecordSerializationSchema.<T>builder()
                .setTopic(topic)
                .setValueSerializationSchema(format)
                .build())
        .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
        .setTransactionalIdPrefix("hot-auctions-" + topic)
        .build();
  }

  private static Map<String, String> options(String[] args) {
    Map<String, String> options = new HashMap<>();
    for (int i = 0; i < args.length; i += 2) {
      if (!args[i].startsWith("--") || i + 1 == args.length) {
        throw new IllegalArgumentException("Expected --name value, not " + args[i]);
      }
      options.put(args[i].substring(2), args[i + 1]);
    }
    return options;
  }
}
