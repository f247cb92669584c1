package io.millrace.api.datastream.sink;

import io.millrace.core.sink.Committer;
import io.millrace.core.sink.Sink;
import io.millrace.core.sink.SinkContext;
import io.millrace.core.sink.SinkWriter;
import io.millrace.core.source.VersionedSerializer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A sink that writes at once and has nothing to commit: after a failure it may write twice. */
abstract class SimpleSink<T> implements Sink<T, Void> {
  private static final long serialVersionUID = 1L;

  abstract Writer<T> writer(SinkContext context);

  /** Writes one record. */
  interface Writer<T> {
    void write(T element);
  }

  @Override
  public final SinkWriter<T, Void> createWriter(SinkContext context, List<Void> recovered) {
    Writer<T> writer = writer(context);
    return new SinkWriter<>() {
      @Override
      public void write(T element, long timestamp) {
        writer.write(element);
      }

      @Override
      public CompletionStage<List<Void>> prepareCommit(long checkpointId) {
        return CompletableFuture.completedStage(List.of());
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public final Committer<Void> createCommitter(SinkContext context) {
    return new Committer<>() {
      @Override
      public CompletionStage<Void> commit(List<Void> committables) {
        return CompletableFuture.completedStage(null);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public final VersionedSerializer<Void> committableSerializer() {
    return new UncommittedSerializer();
  }

  @Override
  public final boolean isTransactional() {
    return false;
  }
}
