package io.millrace.jobmanager.rest;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A request body that refuses to be larger than allowed. */
final class BoundedInputStream extends FilterInputStream {
  private final long limit;
  private long taken;

  BoundedInputStream(InputStream in, long limit) {
    super(in);
    this.limit = limit;
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    if (value >= 0) {
      count(1);
    }
    return value;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int read = super.read(bytes, offset, length);
    if (read > 0) {
      count(read);
    }
    return read;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  private void count(int read) {
    taken += read;
    if (taken > limit) {
      throw tooLarge(limit);
    }
  }

  static RestException tooLarge(long limit) {
    return new RestException(
        413,
        "The request is larger than " + limit + " bytes",
        "Raise rest.max-request-size, or make the jar smaller (millrace itself need not be in it)");
  }
}
