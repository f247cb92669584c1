package io.millrace.filestore.s3;

import io.millrace.core.storage.FileStore;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * A file of a {@link S3FileStore} that is being written: in memory up to the size of a part, then
 * in parts. For one thread.
 */
final class PendingS3File implements FileStore.PendingFile {
  private static final int FIRST_BYTES = 32 << 10;

  private final S3Bucket bucket;
  private final String key;
  private final int partSize;
  private final OutputStream stream = new Parts();
  private byte[] buffer = new byte[FIRST_BYTES];
  private int filled;
  private Optional<S3Upload> upload = Optional.empty();
  private boolean done;

  PendingS3File(S3Bucket bucket, String key, int partSize) {
    this.bucket = bucket;
    this.key = key;
    this.partSize = partSize;
  }

  @Override
  public OutputStream stream() {
    return stream;
  }

  @Override
  public void commit() throws IOException {
    finish(false);
  }

  @Override
  public boolean commitIfAbsent() throws IOException {
    return finish(true);
  }

  private boolean finish(boolean ifAbsent) throws IOException {
    checkPending();
    boolean written;
    if (upload.isPresent()) {
      upload.get().send(buffer, filled);
      written = upload.get().complete(ifAbsent);
      if (!written) {
        return false; // close() takes the parts back
      }
    } else {
      written = S3Upload.put(bucket, key, buffer, filled, ifAbsent);
    }
    done = true;
    buffer = new byte[0];
    return written;
  }

  @Override
  public void close() throws IOException {
    if (done) {
      return;
    }
    done = true;
    buffer = new byte[0];
    if (upload.isPresent()) {
      upload.get().abort();
    }
  }

  private void checkPending() {
    if (done) {
      throw new IllegalStateException(
          "File " + bucket.address(key) + " was committed or closed before");
    }
  }

  private final class Parts extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      checkPending();
      int from = offset;
      int left = length;
      while (left > 0) {
        if (filled == partSize) {
          sendPart(); // Only when more comes: what fits into one part is one request.
        }
        int size = Math.min(left, partSize - filled);
        reserve(filled + size);
        System.arraycopy(bytes, from, buffer, filled, size);
        filled += size;
        from += size;
        left -= size;
      }
    }

    private void reserve(int size) {
      if (size > buffer.length) {
        long doubled = Math.max(size, 2L * buffer.length);
        buffer = Arrays.copyOf(buffer, (int) Math.min(partSize, doubled));
      }
    }

    private void sendPart() throws IOException {
      if (upload.isEmpty()) {
        upload = Optional.of(S3Upload.begin(bucket, key));
      }
      upload.get().send(buffer, filled);
      filled = 0;
    }
  }
}
