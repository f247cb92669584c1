package io.millrace.api.datastream.sink;

import io.millrace.core.sink.Committer;
import io.millrace.core.sink.Sink;
import io.millrace.core.sink.SinkContext;
import io.millrace.core.sink.SinkWriter;
import io.millrace.core.source.VersionedSerializer;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.TypeSerializer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Brings a job's records back to the program that started it, each exactly once: a file a subtask
 * and checkpoint in a directory that both can reach, renamed when the checkpoint is complete. For
 * small results.
 */
public final class CollectSink<T> implements Sink<T, String> {
  private static final long serialVersionUID = 1L;

  /** What the names of committed files end with. */
  public static final String COMMITTED = ".records";

  private static final String PREPARED = ".prepared";

  private final String directory;
  private final TypeInformation<T> type;

  public CollectSink(Path directory, TypeInformation<T> type) {
    this.directory = directory.toAbsolutePath().toString();
    this.type = type;
  }

  @Override
  public SinkWriter<T, String> createWriter(SinkContext context, List<String> recovered)
      throws IOException {
    if (!Files.isDirectory(Path.of(directory))) {
      throw new IOException(
          "executeAndCollect() needs the directory "
              + directory
              + " of the program that started the job: run it on the same machine");
    }
    return new Writer<>(
        Path.of(directory), context.subtaskIndex(), context.attemptNumber(), type.serializer());
  }

  @Override
  public Committer<String> createCommitter(SinkContext context) {
    return new RenamingCommitter(Path.of(directory));
  }

  @Override
  public VersionedSerializer<String> committableSerializer() {
    return new NameSerializer();
  }

  @Override
  public boolean isTransactional() {
    return true;
  }

  private static final class Writer<T> implements SinkWriter<T, String> {
    private final Path directory;
    private final int subtask;
    private final int attempt;
    private final TypeSerializer<T> serializer;
    private final BinaryWriter buffer = new BinaryWriter();
    private int records;

    Writer(Path directory, int subtask, int attempt, TypeSerializer<T> serializer) {
      this.directory = directory;
      this.subtask = subtask;
      this.attempt = attempt;
      this.serializer = serializer;
    }

    @Override
    public void write(T element, long timestamp) {
      if (records == 0) {
        buffer.reset();
        buffer.writeInt(0);
      }
      serializer.write(element, buffer);
      records++;
    }

    @Override
    public CompletionStage<List<String>> prepareCommit(long checkpointId) {
      if (records == 0) {
        return CompletableFuture.completedStage(List.of());
      }
      buffer.setInt(0, records);
      records = 0;
      String name = "%06d-%020d-%04d".formatted(subtask, checkpointId, attempt);
      try {
        Files.write(directory.resolve(name + PREPARED), buffer.toByteArray());
      } catch (IOException e) {
        return CompletableFuture.failedStage(e);
      }
      return CompletableFuture.completedStage(List.of(name));
    }

    @Override
    public void close() {}
  }

  private record RenamingCommitter(Path directory) implements Committer<String> {
    @Override
    public CompletionStage<Void> commit(List<String> committables) {
      try {
        for (String name : committables) {
          commit(name);
        }
        return CompletableFuture.completedStage(null);
      } catch (IOException e) {
        return CompletableFuture.failedStage(e);
      }
    }

    private void commit(String name) throws IOException {
      Path committed = directory.resolve(name + COMMITTED);
      try {
        Files.move(directory.resolve(name + PREPARED), committed, StandardCopyOption.ATOMIC_MOVE);
      } catch (NoSuchFileException e) {
        if (!Files.exists(committed)) {
          throw e; // Commits are repeated after a failure; only a lost file is an error.
        }
      }
    }

    @Override
    public void close() {}
  }

  private static final class NameSerializer implements VersionedSerializer<String> {
    @Override
    public int version() {
      return 1;
    }

    @Override
    public byte[] serialize(String value) {
      return value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String deserialize(int version, byte[] bytes) throws IOException {
      if (version != 1) {
        throw new IOException("File names of version " + version + " are not known, only of 1");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
