package io.millrace.runtime.state;

import io.millrace.core.types.BinaryWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Files of a store on disk that are its state at a cut.
 *
 * @param description all else that the store needs to read them
 * @param tables files that never change
 */
public record StoreFiles(BinaryWriter description, List<LocalFile> tables) {
  public StoreFiles {
    tables = List.copyOf(tables);
  }

  /**
   * A file in a directory of the store.
   *
   * @param name never given to another file by this store
   */
  public record LocalFile(String name, Path path) {}

  /** What is done with the files while they stay. */
  @FunctionalInterface
  public interface Use<R> {
    R apply(StoreFiles files) throws IOException;
  }
}
