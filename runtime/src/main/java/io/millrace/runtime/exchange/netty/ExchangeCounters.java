package io.millrace.runtime.exchange.netty;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Counts for all connections of a process; touched once a frame. Any thread. */
final class ExchangeCounters {
  final LongAdder bytesOut = new LongAdder();
  final LongAdder bytesIn = new LongAdder();
  final LongAdder batchesOut = new LongAdder();
  final LongAdder batchesIn = new LongAdder();
  final LongAdder eventsOut = new LongAdder();
  final LongAdder eventsIn = new LongAdder();
  final AtomicInteger connections = new AtomicInteger();
  final AtomicInteger inputs = new AtomicInteger();
  final AtomicInteger outputs = new AtomicInteger();

  void sent(byte type) {
    (WireFormat.isData(type) ? batchesOut : eventsOut).increment();
  }

  void received(byte type) {
    (WireFormat.isData(type) ? batchesIn : eventsIn).increment();
  }

  ExchangeMetrics snapshot() {
    return new ExchangeMetrics(
        bytesOut.sum(),
        bytesIn.sum(),
        batchesOut.sum(),
        batchesIn.sum(),
        eventsOut.sum(),
        eventsIn.sum(),
        connections.get(),
        inputs.get(),
        outputs.get());
  }
}
