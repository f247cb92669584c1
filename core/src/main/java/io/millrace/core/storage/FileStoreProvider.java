package io.millrace.core.storage;

import io.millrace.core.config.Configuration;
import java.io.IOException;

/**
 * Knows the stores of one scheme. Found by {@link java.util.ServiceLoader}; safe for use by any
 * thread.
 */
public interface FileStoreProvider {
  /** The part of a location before {@code ://}, such as {@code s3}. */
  String scheme();

  /**
   * The store of all paths below a location. It is looked whether the place can be reached; nothing
   * is made there.
   *
   * @param configuration with the options of this kind of store
   * @throws IOException if it can't be reached, saying why and the remedy
   */
  FileStore open(StoreLocation location, Configuration configuration) throws IOException;
}
