package io.millrace.filestore.s3;

import io.millrace.core.storage.FileStore;
import io.millrace.core.storage.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Error;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A store in a bucket, or below a directory of it. A file is an object: it is there when its upload
 * is complete, and whoever looks then sees it. Directories are what names have in common. Safe for
 * use by any thread; holds none, and no connection.
 */
final class S3FileStore implements FileStore {
  private static final int KEYS_A_DELETION = 1_000;
  private static final int NOT_FOUND = 404;

  /** Between a key and the upload's own name in the name of what is unfinished. */
  private static final String UPLOAD = "?upload=";

  private final S3Bucket bucket;
  private final String prefix;
  private final int partSize;

  /**
   * @param directory of the bucket; empty for all of it
   * @param partSize bytes that are sent at a time
   */
  S3FileStore(S3Bucket bucket, String directory, int partSize) {
    this.bucket = bucket;
    this.prefix = directory.isEmpty() ? "" : directory + "/";
    this.partSize = partSize;
  }

  /** Finds out whether the bucket is there and may be read. */
  void check() throws IOException {
    bucket.ask(
        prefix,
        "reached",
        () ->
            bucket
                .client()
                .listObjectsV2(list -> list.bucket(bucket.name()).prefix(prefix).maxKeys(1)));
  }

  @Override
  public PendingFile create(String path) {
    return new PendingS3File(bucket, fileKey(path), partSize);
  }

  @Override
  public InputStream open(String path) throws IOException {
    return S3InputStream.open(bucket, fileKey(path));
  }

  @Override
  public boolean exists(String path) throws IOException {
    String key = fileKey(path);
    try {
      bucket.client().headObject(head -> head.bucket(bucket.name()).key(key));
      return true;
    } catch (S3Exception e) {
      if (e.statusCode() == NOT_FOUND) {
        check(); // The answer is the same if there is no such bucket.
        return false;
      }
      throw bucket.errors().explained(bucket.address(key) + " cannot be read", e);
    } catch (SdkException e) {
      throw bucket.errors().explained(bucket.address(key) + " cannot be read", e);
    }
  }

  @Override
  public boolean delete(String path) throws IOException {
    String key = fileKey(path);
    List<String> keys = new ArrayList<>();
    objects(
        key,
        object -> {
          if (object.key().equals(key) || object.key().startsWith(key + "/")) {
            keys.add(object.key());
          }
        });
    deleteKeys(keys);
    return !keys.isEmpty();
  }

  @Override
  public void deleteAll(List<String> paths) throws IOException {
    deleteKeys(paths.stream().map(this::fileKey).toList());
  }

  private void deleteKeys(List<String> keys) throws IOException {
    for (int start = 0; start < keys.size(); start += KEYS_A_DELETION) {
      List<String> some = keys.subList(start, Math.min(keys.size(), start + KEYS_A_DELETION));
      List<ObjectIdentifier> objects =
          some.stream().map(key -> ObjectIdentifier.builder().key(key).build()).toList();
      DeleteObjectsResponse answer =
          bucket.ask(
              some.get(0),
              "deleted",
              () ->
                  bucket
                      .client()
                      .deleteObjects(
                          delete ->
                              delete
                                  .bucket(bucket.name())
                                  .delete(which -> which.objects(objects).quiet(true))));
      if (answer.hasErrors() && !answer.errors().isEmpty()) {
        S3Error first = answer.errors().get(0);
        throw new IOException(
            bucket.address(first.key())
                + " and "
                + (answer.errors().size() - 1)
                + " more cannot be deleted: "
                + first.code()
                + ", "
                + first.message()
                + "; allow the user of the credentials s3:DeleteObject");
      }
    }
  }

  @Override
  public List<StoredFile> describe(String directory) throws IOException {
    List<StoredFile> found = new ArrayList<>();
    objects(
        directoryKey(directory),
        object -> {
          // Consoles make such objects to show a directory.
          if (!object.key().endsWith("/")) {
            found.add(new StoredFile(path(object.key()), object.size(), object.lastModified()));
          }
        });
    found.sort(Comparator.comparing(StoredFile::path));
    return found;
  }

  private void objects(String keyPrefix, Consumer<S3Object> objects) throws IOException {
    bucket.ask(
        keyPrefix,
        "listed",
        () -> {
          bucket
              .client()
              .listObjectsV2Paginator(list -> list.bucket(bucket.name()).prefix(keyPrefix))
              .contents()
              .forEach(objects);
          return keyPrefix;
        });
  }

  @Override
  public List<StoredFile> unfinished(String directory) throws IOException {
    String keyPrefix = directoryKey(directory);
    List<StoredFile> found = new ArrayList<>();
    bucket.ask(
        keyPrefix,
        "listed",
        () -> {
          bucket
              .client()
              .listMultipartUploadsPaginator(list -> list.bucket(bucket.name()).prefix(keyPrefix))
              .uploads()
              .forEach(upload -> found.add(unfinished(upload)));
          return keyPrefix;
        });
    found.sort(Comparator.comparing(StoredFile::path));
    return found;
  }

  private StoredFile unfinished(MultipartUpload upload) {
    Instant since = upload.initiated() == null ? Instant.MAX : upload.initiated();
    return new StoredFile(path(upload.key()) + UPLOAD + upload.uploadId(), 0, since);
  }

  @Override
  public void discard(StoredFile unfinished) throws IOException {
    int at = unfinished.path().lastIndexOf(UPLOAD);
    if (at < 0) {
      throw new IllegalArgumentException(unfinished.path() + " is not unfinished");
    }
    S3Upload.abort(
        bucket,
        fileKey(unfinished.path().substring(0, at)),
        unfinished.path().substring(at + UPLOAD.length()));
  }

  @Override
  public String location() {
    return prefix.isEmpty()
        ? "s3://" + bucket.name()
        : bucket.address(prefix.substring(0, prefix.length() - 1));
  }

  private String path(String key) {
    return key.substring(prefix.length());
  }

  private String directoryKey(String directory) {
    String key = key(directory);
    return key.isEmpty() || key.equals(prefix) ? prefix : key + "/";
  }

  private String fileKey(String path) {
    String key = key(path);
    if (key.equals(prefix)) {
      throw new IllegalArgumentException("'" + path + "' names no file in the store");
    }
    return key;
  }

  private String key(String path) {
    List<String> names = new ArrayList<>();
    for (String name : path.split("/", -1)) {
      if (name.equals("..") || (path.startsWith("/"))) {
        throw new IllegalArgumentException(
            "Path '" + path + "' leads out of the store " + location());
      }
      if (!name.isEmpty() && !name.equals(".")) {
        names.add(name);
      }
    }
    return prefix + String.join("/", names);
  }
}
