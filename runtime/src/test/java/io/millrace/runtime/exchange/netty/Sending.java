package io.millrace.runtime.exchange.netty;

import io.millrace.runtime.exchange.ChannelEvent;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A producing task of the tests: waits for its wake-up only, never for a time. */
final class Sending {
  private final OutputChannel output;
  private final Semaphore writable = new Semaphore(0);

  Sending(OutputChannel output) {
    this.output = output;
    output.onWritable(writable::release);
  }

  RecordBatch acquire() throws InterruptedException {
    for (RecordBatch batch = output.acquire(); ; batch = output.acquire()) {
      if (batch != null) {
        return batch;
      }
      if (!writable.tryAcquire(30, TimeUnit.SECONDS)) {
        throw new AssertionError("No wake-up; writable now: " + output.isWritable());
      }
    }
  }

  /** Sends pairs (channel, from..to-1) in batches of at most {@code batchSize}. */
  void pairs(long channel, long from, long to, int batchSize) throws InterruptedException {
    long next = from;
    while (next < to) {
      RecordBatch batch = acquire();
      for (int i = 0; i < batchSize && next < to; i++) {
        Pair.add(batch, channel, next, 1000 + next);
        next++;
      }
      output.send(batch);
    }
  }

  void end() {
    output.sendEvent(new ChannelEvent.EndOfData(true));
    output.close();
  }
}
