package io.millrace.api.datastream;

import io.millrace.api.datastream.sink.CollectSink;
import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.TypeSerializer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;

/** Runs a job for its records. */
final class CollectRun {
  private CollectRun() {}

  static <T> CloseableIterator<T> run(DataStream<T> stream, String jobName) throws Exception {
    Path directory = Files.createTempDirectory("millrace-collect-");
    TypeInformation<T> type = stream.getType();
    try {
      stream.sinkTo(new CollectSink<>(directory, type)).name("Collect");
      stream.environment.execute(jobName);
      return new Records<>(directory, files(directory), type.serializer());
    } catch (Exception e) {
      delete(directory);
      throw e;
    }
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.toString().endsWith(CollectSink.COMMITTED))
          .sorted()
          .toList();
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(directory);
  }

  private static final class Records<T> implements CloseableIterator<T> {
    private final Path directory;
    private final Deque<Path> files;
    private final TypeSerializer<T> serializer;
    private BinaryReader in = new BinaryReader(new byte[0], CollectRun.class.getClassLoader());
    private int left;

    Records(Path directory, List<Path> files, TypeSerializer<T> serializer) {
      this.directory = directory;
      this.files = new ArrayDeque<>(files);
      this.serializer = serializer;
    }

    @Override
    public boolean hasNext() {
      while (left == 0 && !files.isEmpty()) {
        try {
          in = new BinaryReader(Files.readAllBytes(files.poll()), Loaders.ofProgram());
        } catch (IOException e) {
          throw new UncheckedIOException("Collected records can't be read", e);
        }
        left = in.readInt();
      }
      return left > 0;
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      left--;
      return serializer.read(in);
    }

    @Override
    public void close() throws IOException {
      delete(directory);
    }
  }
}
