package io.millrace.connectors.kafka;

import io.millrace.core.sink.SinkContext;
import io.millrace.core.sink.SinkWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Writes without transactions; at a barrier, waits until all is acknowledged, if so asked. */
final class KafkaPlainWriter<T> implements SinkWriter<T, KafkaCommittable> {
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  private final KafkaSinkSettings settings;
  private final KafkaRecordSerializationSchema<T> serializer;
  private final BlockingCalls calls;
  private final Outbox outbox;
  private volatile boolean closed;

  KafkaPlainWriter(
      KafkaSinkSettings settings,
      KafkaRecordSerializationSchema<T> serializer,
      SinkContext context) {
    this.settings = settings;
    this.serializer = serializer;
    this.calls = new BlockingCalls("sink-" + context.subtaskIndex(), context.userCodeClassLoader());
    ProducerChannel.Events events =
        new ProducerChannel.Events() {
          @Override
          public void room() {
            context.wakeUp();
          }

          @Override
          public void failed(Throwable cause) {
            if (!closed) {
              context.fail(cause);
            }
          }
        };
    String clientId = KafkaConnection.clientId("sink", context.jobName(), context.subtaskIndex());
    CompletableFuture<ProducerChannel> ready = calls.run(() -> open(clientId, events));
    ready.whenComplete(
        (channel, failure) -> {
          if (failure != null) {
            events.failed(failure);
          }
        });
    this.outbox = new Outbox(ready, settings.connection(), calls, events);
  }

  private ProducerChannel open(String clientId, ProducerChannel.Events events)
      throws InterruptedException {
    if (serializer.fixedTopic().isPresent()) {
      try (SinkPreflight preflight = new SinkPreflight(settings.connection())) {
        preflight.requireTopic(serializer.fixedTopic().get());
      }
    }
    ProducerChannel channel = new ProducerChannel(settings.producer(clientId), events);
    serializer.fixedTopic().ifPresent(channel::resolve);
    return channel;
  }

  @Override
  public void write(T element, long timestamp) throws Exception {
    outbox.write(serializer.serialize(element, timestamp));
  }

  @Override
  public boolean hasRoom() {
    return outbox.hasRoom();
  }

  @Override
  public CompletionStage<List<KafkaCommittable>> prepareCommit(long checkpointId) {
    if (outbox.isEmpty() || settings.guarantee() == DeliveryGuarantee.NONE) {
      return CompletableFuture.completedFuture(List.of());
    }
    return calls.run(
        () -> {
          outbox.flush();
          return List.of();
        });
  }

  @Override
  public void close() {
    closed = true;
    calls.close();
    CompletableFuture<ProducerChannel> ready = outbox.channel();
    if (ready.isDone() && !ready.isCompletedExceptionally()) {
      // What was written without a barrier after it is still sent, as far as that goes quickly.
      ready.join().close(CLOSE_PATIENCE);
    } else {
      ready.thenAccept(ProducerChannel::closeNow);
    }
  }
}
