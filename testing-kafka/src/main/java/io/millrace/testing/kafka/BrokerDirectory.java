package io.millrace.testing.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Deletes a broker's directory, while the broker may still be dying in it. */
final class BrokerDirectory {
  private static final int ATTEMPTS = 5;

  private BrokerDirectory() {}

  static void delete(Path directory) {
    IOException last = null;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        deleteOnce(directory);
        return;
      } catch (IOException e) {
        last = e;
      } catch (UncheckedIOException e) {
        last = e.getCause();
      }
    }
    throw new UncheckedIOException("Can't delete the broker's directory " + directory, last);
  }

  private static void deleteOnce(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> paths = Files.walk(directory)) {
      deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
    } catch (NoSuchFileException e) {
      return;
    }
    for (Path path : deepestFirst) {
      Files.deleteIfExists(path);
    }
  }
}
