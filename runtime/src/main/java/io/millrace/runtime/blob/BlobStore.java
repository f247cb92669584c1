package io.millrace.runtime.blob;

import io.millrace.core.storage.FileStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;

/**
 * The jars of the jobs, by content. A blob is durable before its key is given out, so that whatever
 * points at it may be written after (invariant HA1). Safe for use by any thread.
 */
public final class BlobStore {
  private static final String DIRECTORY = "blobs/";

  private final FileStore files;

  public BlobStore(FileStore files) {
    this.files = files;
  }

  /**
   * Stores a file; nothing happens if its content is here already.
   *
   * @throws IOException also if the file changes while it is read
   */
  public BlobKey put(Path file) throws IOException {
    BlobKey key = BlobKey.ofFile(file);
    if (exists(key)) {
      return key;
    }
    try (FileStore.PendingFile pending = files.create(path(key))) {
      DigestOutputStream out = new DigestOutputStream(pending.stream(), BlobKey.sha256());
      Files.copy(file, out);
      out.flush();
      if (!BlobKey.of(out.getMessageDigest()).equals(key)) {
        throw new IOException(file + " changed while it was stored: try again");
      }
      pending.commit();
    }
    return key;
  }

  /** Stores a stream, which is read to its end into a temporary file first: the key is its hash. */
  public BlobKey put(InputStream bytes) throws IOException {
    Path staged = Files.createTempFile("millrace-blob-", ".tmp");
    try {
      Files.copy(bytes, staged, StandardCopyOption.REPLACE_EXISTING);
      return put(staged);
    } finally {
      Files.deleteIfExists(staged);
    }
  }

  public boolean exists(BlobKey key) throws IOException {
    return files.exists(path(key));
  }

  /**
   * Copies a blob, reading it once. Whoever uses the copy verifies it against the key: a damaged
   * file is found there, whichever disk or wire did it.
   *
   * @throws NoSuchFileException if there is none
   */
  public void copyTo(BlobKey key, OutputStream target) throws IOException {
    try (InputStream in = files.open(path(key))) {
      in.transferTo(target);
    }
  }

  /** Deletes a blob; true if it was there. */
  public boolean delete(BlobKey key) throws IOException {
    return files.delete(path(key));
  }

  private static String path(BlobKey key) {
    return DIRECTORY + key;
  }
}
