package io.millrace.filestore.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** A file that is sent in parts; it is there when it is complete. For one thread. */
final class S3Upload {
  private static final int MOST_PARTS = 10_000;
  private static final int NOT_FOUND = 404;
  private static final int PRECONDITION_FAILED = 412;

  private final S3Bucket bucket;
  private final String key;
  private final String id;
  private final List<CompletedPart> parts = new ArrayList<>();

  private S3Upload(S3Bucket bucket, String key, String id) {
    this.bucket = bucket;
    this.key = key;
    this.id = id;
  }

  static S3Upload begin(S3Bucket bucket, String key) throws IOException {
    String id =
        bucket.ask(
            key,
            "written",
            () ->
                bucket
                    .client()
                    .createMultipartUpload(create -> create.bucket(bucket.name()).key(key))
                    .uploadId());
    return new S3Upload(bucket, key, id);
  }

  /** Sends a part; all but the last must be of the same size. */
  void send(byte[] bytes, int length) throws IOException {
    int number = parts.size() + 1;
    if (number > MOST_PARTS) {
      throw new IOException(
          bucket.address(key)
              + " cannot be written: it has more than "
              + MOST_PARTS
              + " parts; raise s3.part-size");
    }
    String tag =
        bucket.ask(
            key,
            "written",
            () ->
                bucket
                    .client()
                    .uploadPart(
                        part -> part.bucket(bucket.name()).key(key).uploadId(id).partNumber(number),
                        body(bytes, length))
                    .eTag());
    parts.add(CompletedPart.builder().partNumber(number).eTag(tag).build());
  }

  /**
   * @param ifAbsent only if there is no file of that name
   * @return false if there is one, and there should be none
   */
  boolean complete(boolean ifAbsent) throws IOException {
    return unlessThere(
        bucket,
        key,
        () ->
            bucket
                .client()
                .completeMultipartUpload(
                    complete -> {
                      complete
                          .bucket(bucket.name())
                          .key(key)
                          .uploadId(id)
                          .multipartUpload(all -> all.parts(parts));
                      if (ifAbsent) {
                        complete.ifNoneMatch("*");
                      }
                    }));
  }

  void abort() throws IOException {
    abort(bucket, key, id);
  }

  /** Takes back what was sent of an upload; no error if it is complete or gone. */
  static void abort(S3Bucket bucket, String key, String id) throws IOException {
    try {
      bucket
          .client()
          .abortMultipartUpload(abort -> abort.bucket(bucket.name()).key(key).uploadId(id));
    } catch (SdkException e) {
      if (!(e instanceof S3Exception answer) || answer.statusCode() != NOT_FOUND) {
        throw bucket.errors().explained("Parts of " + bucket.address(key) + " are left behind", e);
      }
    }
  }

  /** Sends a file that is no larger than a part. */
  static boolean put(S3Bucket bucket, String key, byte[] bytes, int length, boolean ifAbsent)
      throws IOException {
    return unlessThere(
        bucket,
        key,
        () ->
            bucket
                .client()
                .putObject(
                    put -> {
                      put.bucket(bucket.name()).key(key);
                      if (ifAbsent) {
                        put.ifNoneMatch("*");
                      }
                    },
                    body(bytes, length)));
  }

  private static boolean unlessThere(S3Bucket bucket, String key, Runnable request)
      throws IOException {
    try {
      request.run();
      return true;
    } catch (SdkException e) {
      if (e instanceof S3Exception answer && answer.statusCode() == PRECONDITION_FAILED) {
        return false;
      }
      throw bucket.errors().explained(bucket.address(key) + " cannot be written", e);
    }
  }

  /** Can be read again when the client tries again. */
  private static RequestBody body(byte[] bytes, int length) {
    return RequestBody.fromContentProvider(
        () -> new ByteArrayInputStream(bytes, 0, length), length, "application/octet-stream");
  }
}
