package io.millrace.runtime.exchange.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.id.ChannelId;
import io.millrace.runtime.id.JobId;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * Two exchanges over loopback. Closing them checks that every buffer was given back: exactly, as
 * the allocators have no caches, and by the leak detector's word.
 */
final class TwoProcesses implements AutoCloseable {
  static final JobId JOB = JobId.of(0x1234);
  static final ExchangeOptions OPTIONS =
      ExchangeOptions.of(new ExchangeOptions.Identity("cluster-1", "0.1-test"));
  private static final List<String> LEAKS = new CopyOnWriteArrayList<>();

  static {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    ByteBufUtil.setLeakListener((type, records) -> LEAKS.add(type + ": " + records));
  }

  final PooledByteBufAllocator producerMemory = uncached();
  final PooledByteBufAllocator consumerMemory = uncached();
  final DataExchange producer;
  final DataExchange consumer;
  private final List<Runnable> channels = new ArrayList<>();

  TwoProcesses() {
    this(OPTIONS);
  }

  TwoProcesses(ExchangeOptions options) {
    this(options, Transport.best());
  }

  TwoProcesses(ExchangeOptions options, Transport transport) {
    producer = DataExchange.start(options, producerMemory, transport);
    consumer = DataExchange.start(options, consumerMemory, transport);
  }

  static PooledByteBufAllocator uncached() {
    return new PooledByteBufAllocator(true, 1, 1, 8192, 9, 0, 0, false);
  }

  static ChannelId channel(int index) {
    return new ChannelId(JOB, 1, index, 0, 0);
  }

  OutputChannel output(int index) {
    return output(index, Pair.codec());
  }

  OutputChannel output(int index, BatchCodec codec) {
    OutputChannel output = producer.openOutput(channel(index), codec);
    channels.add(output::close);
    return output;
  }

  InputChannel input(int index) {
    return input(index, Pair.codec());
  }

  InputChannel input(int index, BatchCodec codec) {
    InputChannel input =
        consumer.openInput(channel(index), producer.host(), producer.port(), codec);
    channels.add(input::close);
    return input;
  }

  static long activeAllocations(PooledByteBufAllocator memory) {
    return Stream.concat(
            memory.metric().directArenas().stream(), memory.metric().heapArenas().stream())
        .mapToLong(PoolArenaMetric::numActiveAllocations)
        .sum();
  }

  @Override
  public void close() {
    channels.forEach(Runnable::run);
    producer.close();
    consumer.close();
    await().untilAsserted(() -> assertThat(activeAllocations(producerMemory)).isZero());
    await().untilAsserted(() -> assertThat(activeAllocations(consumerMemory)).isZero());
    assertThat(LEAKS).isEmpty();
  }
}
