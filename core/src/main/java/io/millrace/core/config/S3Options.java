package io.millrace.core.config;

import java.util.List;
import java.util.Optional;

/** How places {@code s3://bucket/directory} are reached. */
public final class S3Options {
  public static final ConfigOption<Optional<String>> ENDPOINT =
      ConfigOption.optionalString(
          "s3.endpoint",
          "Address of a service that speaks the protocol of S3, such as http://127.0.0.1:9000; "
              + "'none' is AWS.");
  public static final ConfigOption<Optional<String>> REGION =
      ConfigOption.optionalString(
          "s3.region",
          "Region of the buckets. 'none' is what AWS's own settings say: AWS_REGION, the profile, "
              + "and without s3.endpoint the machine; with it, us-east-1 if they say nothing.");
  public static final ConfigOption<Boolean> PATH_STYLE =
      ConfigOption.bool(
          "s3.path-style",
          false,
          "Whether the bucket is named in the path of an address, in place of its host: what most "
              + "services other than AWS want.");
  public static final ConfigOption<Optional<String>> CREDENTIALS_FILE =
      ConfigOption.optionalString(
          "s3.credentials-file",
          "File with the keys in AWS's form ([default], aws_access_key_id, aws_secret_access_key), "
              + "readable by its owner alone. 'none' is AWS's standard chain: environment, profile "
              + "files, roles of containers and machines. Keys are in no option, so that they are in "
              + "no log and no list of processes.");
  public static final ConfigOption<Optional<String>> PROFILE =
      ConfigOption.optionalString(
          "s3.profile",
          "Profile of s3.credentials-file or of AWS's own files; 'none' is AWS_PROFILE, else "
              + "'default'.");
  public static final ConfigOption<MemorySize> PART_SIZE =
      new ConfigOption<>(
          "s3.part-size",
          "memory size",
          S3Options::partSize,
          "8 MiB",
          "Larger files are sent in parts of this size, of which there are at most 10,000 a file. "
              + "Each file that is being written takes so much of the heap.");

  private static final MemorySize LEAST = MemorySize.ofMebibytes(5);
  private static final MemorySize MOST = MemorySize.ofMebibytes(1024);

  static final OptionGroup GROUP =
      new OptionGroup(
          "S3",
          "How checkpoints and savepoints in places s3://bucket/directory are reached; see "
              + "[state.md](state.md#state-in-s3).",
          List.of(ENDPOINT, REGION, PATH_STYLE, CREDENTIALS_FILE, PROFILE, PART_SIZE));

  private S3Options() {}

  private static MemorySize partSize(String text) {
    MemorySize size = MemorySize.parse(text);
    if (size.compareTo(LEAST) < 0 || size.compareTo(MOST) > 0) {
      throw new IllegalArgumentException("is not between " + LEAST + " and " + MOST);
    }
    return size;
  }
}
