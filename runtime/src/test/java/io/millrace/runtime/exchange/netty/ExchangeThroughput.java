package io.millrace.runtime.exchange.netty;

import io.millrace.runtime.exchange.ChannelEvent;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.id.ChannelId;
import io.millrace.runtime.id.JobId;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures what a record of two longs costs between two exchanges in one JVM, over loopback: run
 * main with the number of channels and of records a channel. One thread produces for all channels
 * and one consumes from all, as two tasks would.
 */
public final class ExchangeThroughput {
  private static final Pair VALUE = new Pair(1, 2);

  private ExchangeThroughput() {}

  public static void main(String[] args) throws Exception {
    int channels = args.length > 0 ? Integer.parseInt(args[0]) : 1;
    long records = args.length > 1 ? Long.parseLong(args[1]) : 20_000_000L / channels;
    // Not those of the tests: they come with the paranoid leak detector.
    ExchangeOptions options =
        ExchangeOptions.of(new ExchangeOptions.Identity("measured", "0.1-test"));
    try (DataExchange producer = DataExchange.start(options);
        DataExchange consumer = DataExchange.start(options)) {
      for (int round = 0; round < 6; round++) {
        measure(producer, consumer, channels, records, round);
      }
    }
  }

  private static void measure(
      DataExchange producer, DataExchange consumer, int channels, long records, int round)
      throws Exception {
    BatchCodec out = Pair.codec();
    BatchCodec in = Pair.codec();
    List<OutputChannel> outputs = new ArrayList<>();
    List<InputChannel> inputs = new ArrayList<>();
    Semaphore writable = new Semaphore(0);
    Semaphore readable = new Semaphore(0);
    for (int c = 0; c < channels; c++) {
      ChannelId id = new ChannelId(JobId.of(1), 1, c, 0, round);
      OutputChannel output = producer.openOutput(id, out);
      output.onWritable(writable::release);
      outputs.add(output);
      InputChannel input = consumer.openInput(id, producer.host(), producer.port(), in);
      input.onReadable(readable::release);
      inputs.add(input);
    }
    long batchesBefore = producer.metrics().batchesOut();
    long bytesBefore = producer.metrics().bytesOut();
    long cpu = processCpu();
    Map<String, Long> threadsBefore = threadCpu();
    long start = System.nanoTime();
    AtomicLong producingCpu = new AtomicLong();
    Thread producing =
        new Thread(
            () -> {
              produce(outputs, writable, records);
              producingCpu.set(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime());
            },
            "producing");
    producing.start();
    long taken = consume(inputs, readable);
    producing.join();
    long elapsed = System.nanoTime() - start;
    long cpuUsed = processCpu() - cpu;
    Map<String, Long> threadsAfter = threadCpu();
    inputs.forEach(InputChannel::close);
    long total = channels * records;
    if (taken != total) {
      throw new AssertionError(taken + " of " + total);
    }
    System.out.printf(
        "channels=%d records=%d  %.2f M records/s  %.1f ns CPU/record (process)  %.1f ns wall  "
            + "frames=%d  %.0f MB/s%n",
        channels,
        total,
        total * 1e3 / elapsed,
        (double) cpuUsed / total,
        (double) elapsed / total,
        producer.metrics().batchesOut() - batchesBefore,
        (producer.metrics().bytesOut() - bytesBefore) * 1e3 / elapsed);
    StringBuilder threads = new StringBuilder("  ns CPU/record: producing ");
    threads.append("%.1f".formatted((double) producingCpu.get() / total));
    threadsAfter.forEach(
        (name, used) -> {
          if (name.equals("main") || name.startsWith("millrace-exchange")) {
            double each = (double) (used - threadsBefore.getOrDefault(name, 0L)) / total;
            threads.append(", %s %.1f".formatted(name.equals("main") ? "consuming" : name, each));
          }
        });
    System.out.println(threads);
  }

  private static void produce(List<OutputChannel> outputs, Semaphore writable, long records) {
    long[] sent = new long[outputs.size()];
    int open = outputs.size();
    while (open > 0) {
      boolean progress = false;
      for (int c = 0; c < sent.length; c++) {
        if (sent[c] == records) {
          continue;
        }
        RecordBatch batch = outputs.get(c).acquire();
        if (batch == null) {
          continue;
        }
        progress = true;
        while (!batch.isFull() && sent[c] < records) {
          ((ObjectBatch) batch).values[batch.size] = VALUE;
          ((ObjectBatch) batch).stamp(batch.size, sent[c] >> 4);
          batch.size++;
          sent[c]++;
        }
        outputs.get(c).send(batch);
        if (sent[c] == records) {
          outputs.get(c).sendEvent(new ChannelEvent.EndOfData(true));
          outputs.get(c).close();
          open--;
        }
      }
      if (!progress && open > 0) {
        writable.acquireUninterruptibly();
        writable.drainPermits();
      }
    }
  }

  private static long consume(List<InputChannel> inputs, Semaphore readable) {
    long taken = 0;
    int open = inputs.size();
    while (open > 0) {
      boolean progress = false;
      for (InputChannel input : inputs) {
        Object item = input.poll();
        if (item instanceof RecordBatch batch) {
          taken += batch.size;
          batch.release();
          progress = true;
        } else if (item instanceof ChannelEvent) {
          open--;
          progress = true;
        } else {
          Optional<Throwable> failure = input.failure();
          if (failure.isPresent()) {
            throw new AssertionError(failure.get());
          }
        }
      }
      if (!progress && open > 0) {
        readable.acquireUninterruptibly();
        readable.drainPermits();
      }
    }
    return taken;
  }

  private static Map<String, Long> threadCpu() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    Map<String, Long> cpu = new TreeMap<>();
    for (ThreadInfo info : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (info != null) {
        cpu.put(info.getThreadName(), threads.getThreadCpuTime(info.getThreadId()));
      }
    }
    return cpu;
  }

  private static long processCpu() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
