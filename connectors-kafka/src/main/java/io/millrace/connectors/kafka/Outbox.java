package io.millrace.connectors.kafka;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Takes records in order, whether or not their producer and their topic are ready: what can't be
 * sent without blocking waits here, and a thread of {@link BlockingCalls} sends it when it can.
 * {@link #hasRoom} is false meanwhile, so little waits. Written to by the subtask's thread.
 */
final class Outbox {
  private final CompletableFuture<ProducerChannel> ready;
  private final KafkaConnection connection;
  private final BlockingCalls calls;
  private final ProducerChannel.Events events;
  private final ArrayDeque<ProducerRecord<byte[], byte[]>> waiting = new ArrayDeque<>();
  private Optional<Throwable> failure = Optional.empty();
  private boolean draining;
  private boolean empty = true;

  /** Present if nothing waits: then the subtask's thread sends by itself. */
  private volatile Optional<ProducerChannel> direct = Optional.empty();

  Outbox(
      CompletableFuture<ProducerChannel> ready,
      KafkaConnection connection,
      BlockingCalls calls,
      ProducerChannel.Events events) {
    this.ready = ready;
    this.connection = connection;
    this.calls = calls;
    this.events = events;
    ready.thenAccept(this::started);
  }

  private void started(ProducerChannel channel) {
    synchronized (this) {
      if (waiting.isEmpty() && !draining) {
        direct = Optional.of(channel);
      }
    }
    events.room();
  }

  /** Whether nothing was ever written. Subtask thread. */
  boolean isEmpty() {
    return empty;
  }

  CompletableFuture<ProducerChannel> channel() {
    return ready;
  }

  boolean hasRoom() {
    Optional<ProducerChannel> channel = direct;
    return channel.isPresent() && channel.get().hasRoom();
  }

  void write(ProducerRecord<byte[], byte[]> record) {
    empty = false;
    Optional<ProducerChannel> channel = direct;
    if (channel.isPresent() && channel.get().knows(record.topic())) {
      channel.get().send(record);
    } else {
      defer(record);
    }
  }

  private synchronized void defer(ProducerRecord<byte[], byte[]> record) {
    waiting.add(record);
    direct = Optional.empty();
    if (!draining) {
      draining = true;
      calls
          .run(this::drain)
          .whenComplete(
              (done, cause) -> {
                if (cause != null) {
                  drainFailed(cause);
                }
              });
    }
  }

  private Void drain() throws InterruptedException, ExecutionException {
    ProducerChannel channel = ready.get();
    while (true) {
      ProducerRecord<byte[], byte[]> record;
      synchronized (this) {
        record = waiting.poll();
        if (record == null) {
          draining = false;
          direct = Optional.of(channel);
          notifyAll();
          break;
        }
      }
      try {
        channel.resolve(record.topic());
      } catch (TimeoutException e) {
        throw new KafkaConnectorException(
            "Topic '"
                + record.topic()
                + "' has no metadata at "
                + connection.bootstrapServers()
                + ": "
                + e.getMessage()
                + ". Create the topic, or correct its name; if it exists, check that the broker runs",
            e);
      }
      channel.send(record);
    }
    events.room();
    return null;
  }

  private void drainFailed(Throwable cause) {
    synchronized (this) {
      failure = Optional.of(cause);
      draining = false;
      notifyAll();
    }
    // The owner of the channel tells that it couldn't be made.
    if (!calls.isClosed() && !ready.isCompletedExceptionally()) {
      events.failed(cause);
    }
  }

  /** Waits until everything written is durable; throws the first error (K1). Blocks. */
  ProducerChannel flush() throws InterruptedException, ExecutionException {
    ProducerChannel channel = ready.get();
    synchronized (this) {
      while (draining) {
        wait();
      }
      if (failure.isPresent()) {
        throw new ExecutionException(failure.get());
      }
    }
    channel.flush();
    return channel;
  }
}
