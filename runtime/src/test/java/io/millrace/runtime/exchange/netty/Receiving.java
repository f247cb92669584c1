package io.millrace.runtime.exchange.netty;

import io.millrace.runtime.exchange.ChannelEvent;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.RecordBatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A consuming task of the tests: waits for its wake-up only, never for a time. */
final class Receiving {
  private final InputChannel input;
  private final Semaphore readable = new Semaphore(0);

  Receiving(InputChannel input) {
    this.input = input;
    input.onReadable(readable::release);
  }

  /** The next batch or event; throws the channel's failure. */
  Object next() throws InterruptedException {
    while (true) {
      Object item = input.poll();
      if (item != null) {
        return item;
      }
      if (input.failure().isPresent()) {
        // What came before the failure can still be polled.
        item = input.poll();
        if (item != null) {
          return item;
        }
        throw (RuntimeException) input.failure().get();
      }
      if (!readable.tryAcquire(30, TimeUnit.SECONDS)) {
        throw new AssertionError("No wake-up; queued now: " + input.queued());
      }
    }
  }

  /** Takes pairs (channel, 0..) up to the end of data; returns their number. */
  long pairs(long channel) throws InterruptedException {
    long expected = 0;
    while (true) {
      Object item = next();
      if (item instanceof RecordBatch batch) {
        expected = check(batch, channel, expected);
      } else if (item instanceof ChannelEvent.EndOfData) {
        return expected;
      }
    }
  }

  static long check(RecordBatch received, long channel, long first) {
    ObjectBatch batch = (ObjectBatch) received;
    long expected = first;
    for (int i = 0; i < batch.size; i++) {
      Pair pair = (Pair) batch.values[i];
      if (pair.a() != channel || pair.b() != expected || batch.timestamp(i) != 1000 + expected) {
        throw new AssertionError(
            "Channel " + channel + ": " + pair + "@" + batch.timestamp(i) + ", not " + expected);
      }
      expected++;
    }
    batch.release();
    return expected;
  }
}
