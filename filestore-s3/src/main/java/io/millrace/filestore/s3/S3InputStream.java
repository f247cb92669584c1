package io.millrace.filestore.s3;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Reads an object. A connection that breaks is made again where it broke, and what is skipped is
 * not fetched; it stays the same object (by its tag) or fails. For one thread.
 */
final class S3InputStream extends InputStream {
  /** Times in a row without a byte. */
  private static final int TRIES = 3;

  /** Cheaper to read than to ask anew. */
  private static final long READ_RATHER = 256 << 10;

  private final S3Bucket bucket;
  private final String key;
  private final String tag;
  private final long length;
  private ResponseInputStream<GetObjectResponse> response;
  private boolean connected = true;
  private long position;

  private S3InputStream(
      S3Bucket bucket, String key, ResponseInputStream<GetObjectResponse> response) {
    this.bucket = bucket;
    this.key = key;
    this.response = response;
    this.tag = response.response().eTag();
    this.length = response.response().contentLength();
  }

  /**
   * @throws java.nio.file.NoSuchFileException if there is none
   */
  static S3InputStream open(S3Bucket bucket, String key) throws IOException {
    return new S3InputStream(
        bucket,
        key,
        bucket.ask(
            key,
            "read",
            () -> bucket.client().getObject(get -> get.bucket(bucket.name()).key(key))));
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int wanted) throws IOException {
    Objects.checkFromIndexSize(offset, wanted, bytes.length);
    if (wanted == 0) {
      return 0;
    }
    if (position >= length) {
      return -1;
    }
    IOException last = null;
    for (int i = 0; i < TRIES; i++) {
      try {
        connect();
        int read = response.read(bytes, offset, (int) Math.min(wanted, length - position));
        if (read > 0) {
          position += read;
          return read;
        }
        last = new EOFException("it ended after " + position + " of " + length + " bytes");
      } catch (IOException e) {
        last = e;
      }
      disconnect();
    }
    throw new IOException(
        bucket.address(key) + " cannot be read: the connection broke: " + last.getMessage(), last);
  }

  @Override
  public long skip(long count) throws IOException {
    long far = Math.max(0, Math.min(count, length - position));
    if (far <= READ_RATHER) {
      return super.skip(far);
    }
    disconnect();
    position += far;
    return far;
  }

  @Override
  public int available() {
    return 0;
  }

  private void connect() throws IOException {
    if (connected) {
      return;
    }
    response =
        bucket.ask(
            key,
            "read",
            () ->
                bucket
                    .client()
                    .getObject(
                        get ->
                            get.bucket(bucket.name())
                                .key(key)
                                .ifMatch(tag)
                                .range("bytes=" + position + "-")));
    connected = true;
  }

  private void disconnect() {
    if (connected) {
      connected = false;
      response.abort(); // Closing would read the rest.
    }
  }

  @Override
  public void close() throws IOException {
    if (connected && position >= length) {
      connected = false;
      response.close(); // The connection can be used again.
    } else {
      disconnect();
    }
  }
}
