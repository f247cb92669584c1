package io.millrace.benchmarks.workload;

import io.millrace.core.sink.Committer;
import io.millrace.core.sink.Sink;
import io.millrace.core.sink.SinkContext;
import io.millrace.core.sink.SinkWriter;
import io.millrace.core.source.VersionedSerializer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A sink that commits nothing and leaves a {@link ResultPart} when it ends. */
public abstract class ResultSink<T> implements Sink<T, Void> {
  private static final long serialVersionUID = 1L;

  private final String directory;

  protected ResultSink(Path directory) {
    this.directory = directory.toString();
  }

  /** The writer of a subtask. */
  protected abstract PartWriter<T> writer();

  @Override
  public final SinkWriter<T, Void> createWriter(SinkContext context, List<Void> recovered) {
    PartWriter<T> writer = writer();
    writer.directory = Path.of(directory);
    writer.attempt = context.attemptNumber();
    writer.subtask = context.subtaskIndex();
    return writer;
  }

  @Override
  public final Committer<Void> createCommitter(SinkContext context) {
    return new Committer<>() {
      @Override
      public CompletionStage<Void> commit(List<Void> committables) {
        return CompletableFuture.completedFuture(null);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public final VersionedSerializer<Void> committableSerializer() {
    return new VersionedSerializer<>() {
      @Override
      public int version() {
        return 1;
      }

      @Override
      public byte[] serialize(Void none) {
        return new byte[0];
      }

      @Override
      public Void deserialize(int version, byte[] bytes) {
        return null;
      }
    };
  }

  @Override
  public final boolean isTransactional() {
    return false;
  }

  /** Writes to memory, and at the end to a file. */
  protected abstract static class PartWriter<T> implements SinkWriter<T, Void> {
    private Path directory;
    private int attempt;
    private int subtask;

    /** What it has seen. */
    protected abstract ResultPart part();

    @Override
    public final CompletionStage<List<Void>> prepareCommit(long checkpointId) {
      return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public final void close() throws IOException {
      part().write(directory, attempt, subtask);
    }
  }
}
