package io.millrace.filestore.s3;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/**
 * A bucket and how it is spoken to. Safe for use by any thread.
 *
 * @param client tries again by itself what can be tried again
 */
record S3Bucket(S3Client client, String name, S3Errors errors) {
  /**
   * Asks something of the service.
   *
   * @param key what it is about
   * @param failing what can't be done with it if this fails: "written"
   * @throws NoSuchFileException if there is no such object
   */
  <T> T ask(String key, String failing, Supplier<T> request) throws IOException {
    try {
      return request.get();
    } catch (NoSuchKeyException e) {
      NoSuchFileException missing = new NoSuchFileException(address(key));
      missing.initCause(e);
      throw missing;
    } catch (SdkException e) {
      throw errors.explained(address(key) + " cannot be " + failing, e);
    }
  }

  String address(String key) {
    return "s3://" + name + "/" + key;
  }
}
