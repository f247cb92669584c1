package io.millrace.runtime.blob;

import java.io.IOException;
import java.io.OutputStream;

/** Where a cache gets blobs from. */
@FunctionalInterface
public interface BlobFetcher {
  /** Copies the blob, blocking; what arrives is verified by the caller. */
  void fetch(BlobKey key, OutputStream target) throws IOException;
}
