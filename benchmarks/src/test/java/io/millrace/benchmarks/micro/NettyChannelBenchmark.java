package io.millrace.benchmarks.micro;

import io.millrace.benchmarks.workload.KeyedValue;
import io.millrace.core.types.RowLayout;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.exchange.BatchLayout;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.ObjectLayout;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.exchange.netty.DataExchange;
import io.millrace.runtime.exchange.netty.ExchangeOptions;
import io.millrace.runtime.exchange.netty.NettyChannels;
import io.millrace.runtime.id.ChannelId;
import io.millrace.runtime.id.JobId;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Records of two longs over loopback TCP, a full batch to each channel in turn, sent and received
 * by one thread beside the event loops. Time a record, of the wall.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class NettyChannelBenchmark {
  /** Channels of the one connection. */
  @Param({"1", "16", "256"})
  public int channels;

  private final KeyedValue record = new KeyedValue(123_456, 78);
  private DataExchange producer;
  private DataExchange consumer;
  private OutputChannel[] outputs;
  private InputChannel[] inputs;
  private int next;

  /** Opens the channels. */
  @Setup
  public void open() {
    ExchangeOptions options =
        ExchangeOptions.of(new ExchangeOptions.Identity("benchmark", "benchmark"));
    producer = DataExchange.start(options);
    consumer = DataExchange.start(options);
    ClassLoader loader = NettyChannelBenchmark.class.getClassLoader();
    BatchLayout layout = ObjectLayout.of(TypeInformation.of(KeyedValue.class));
    outputs = new OutputChannel[channels];
    inputs = new InputChannel[channels];
    for (int i = 0; i < channels; i++) {
      ChannelId id = new ChannelId(JobId.of(1), 1, i, 0, 0);
      outputs[i] = new NettyChannels(producer, RecordBatch.CAPACITY).output(id, layout, loader);
      outputs[i].onWritable(() -> {});
      inputs[i] =
          new NettyChannels(consumer, RecordBatch.CAPACITY)
              .input(id, producer.host(), producer.port(), layout, loader);
      inputs[i].onReadable(() -> {});
    }
  }

  /** One batch to one channel; whatever has come is taken from all. */
  @Benchmark
  @OperationsPerInvocation(RecordBatch.CAPACITY)
  public int batch() {
    int channel = next++ % channels;
    ObjectBatch batch = (ObjectBatch) outputs[channel].acquire();
    while (batch == null) {
      if (receive() == 0) {
        Thread.onSpinWait();
      }
      batch = (ObjectBatch) outputs[channel].acquire();
    }
    batch.begin(ObjectLayout.rows(TypeInformation.of(KeyedValue.class)));
    batch.keyed = false;
    batch.longKeys = false;
    RowLayout<Object> row = batch.layout;
    for (int i = 0; i < RecordBatch.CAPACITY; i++) {
      row.store(record, batch.rows, i * row.words(), batch.values, i * row.references());
      batch.stamp(i, i);
    }
    batch.size = RecordBatch.CAPACITY;
    outputs[channel].send(batch);
    return channel % 16 == 0 ? receive() : 0;
  }

  private int receive() {
    int records = 0;
    for (InputChannel input : inputs) {
      while (input.poll() instanceof RecordBatch received) {
        records += received.size;
        received.release();
      }
      if (input.failure().isPresent()) {
        throw new IllegalStateException("A channel failed", input.failure().get());
      }
    }
    return records;
  }

  /** Closes them. */
  @TearDown
  public void close() {
    for (int i = 0; i < channels; i++) {
      outputs[i].close();
      inputs[i].close();
    }
    producer.close();
    consumer.close();
  }
}
