package io.millrace.runtime.blob;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What a blob is called: the SHA-256 of its bytes, as 64 hexadecimal digits. */
public record BlobKey(String value) {
  /**
   * @throws IllegalArgumentException if it is not 64 hexadecimal digits
   */
  public BlobKey {
    if (!value.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException(
          "A blob key is 64 hexadecimal digits, not '" + value + "'");
    }
  }

  /** Reads the whole file. */
  public static BlobKey ofFile(Path file) throws IOException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[64 << 10];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return of(digest);
  }

  static BlobKey of(MessageDigest finished) {
    return new BlobKey(HexFormat.of().formatHex(finished.digest()));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
