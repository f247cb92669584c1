package io.millrace.filestore.s3;

import io.millrace.core.config.Configuration;
import io.millrace.core.config.S3Options;
import io.millrace.core.storage.FileStore;
import io.millrace.core.storage.FileStoreProvider;
import io.millrace.core.storage.StoreLocation;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** Opens places {@code s3://bucket/directory}, as the options {@code s3.*} say. */
public final class S3FileStoreProvider implements FileStoreProvider {
  @Override
  public String scheme() {
    return "s3";
  }

  @Override
  public FileStore open(StoreLocation location, Configuration configuration) throws IOException {
    S3Errors errors =
        new S3Errors(location.authority(), configuration.get(S3Options.ENDPOINT).orElse("AWS"));
    S3Client client;
    try {
      client = client(configuration);
    } catch (SdkException e) {
      throw errors.explained(location + " cannot be reached", e);
    }
    S3FileStore store =
        new S3FileStore(
            new S3Bucket(client, location.authority(), errors),
            location.path(),
            Math.toIntExact(configuration.get(S3Options.PART_SIZE).bytes()));
    store.check();
    return store;
  }

  private static S3Client client(Configuration configuration) throws IOException {
    Optional<String> endpoint = configuration.get(S3Options.ENDPOINT);
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .overrideConfiguration(override -> override.retryStrategy(RetryMode.STANDARD))
            .forcePathStyle(configuration.get(S3Options.PATH_STYLE))
            .credentialsProvider(credentials(configuration));
    if (endpoint.isPresent()) {
      builder.endpointOverride(address(endpoint.get()));
    }
    region(configuration.get(S3Options.REGION), endpoint.isPresent()).ifPresent(builder::region);
    return builder.build();
  }

  private static URI address(String text) throws IOException {
    try {
      URI uri = URI.create(text);
      if (uri.getHost() != null && uri.getScheme() != null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("s3.endpoint '" + text + "' is no address: http://host:port", e);
    }
    throw new IOException("s3.endpoint '" + text + "' is no address: write it as http://host:port");
  }

  private static Optional<Region> region(Optional<String> named, boolean elsewhere) {
    if (named.isPresent() || !elsewhere) {
      return named.map(Region::of); // Of AWS the client finds it, or says what is missing.
    }
    try {
      // Without asking the machine, which is hardly one of AWS.
      return Optional.of(
          new AwsRegionProviderChain(
                  new SystemSettingsRegionProvider(), new AwsProfileRegionProvider())
              .getRegion());
    } catch (SdkException e) {
      return Optional.of(Region.US_EAST_1); // Most other services have none; it is only signed.
    }
  }

  private static AwsCredentialsProvider credentials(Configuration configuration)
      throws IOException {
    Optional<String> profile = configuration.get(S3Options.PROFILE);
    Optional<String> file = configuration.get(S3Options.CREDENTIALS_FILE);
    if (file.isEmpty()) {
      DefaultCredentialsProvider.Builder chain = DefaultCredentialsProvider.builder();
      profile.ifPresent(chain::profileName);
      return chain.build();
    }
    Path path = Path.of(file.get());
    if (!Files.isReadable(path)) {
      throw new IOException(
          "s3.credentials-file "
              + path
              + " can't be read: correct the option, or let the"
              + " process's user read it");
    }
    ProfileFile profiles;
    try {
      profiles = ProfileFile.builder().content(path).type(ProfileFile.Type.CREDENTIALS).build();
    } catch (IllegalArgumentException e) {
      // Its message may show a line of the file.
      throw new IOException(
          "s3.credentials-file "
              + path
              + " is not in AWS's form: a line [default], then aws_access_key_id = ... and"
              + " aws_secret_access_key = ...");
    }
    ProfileCredentialsProvider.Builder ofFile =
        ProfileCredentialsProvider.builder().profileFile(profiles);
    profile.ifPresent(ofFile::profileName);
    return ofFile.build();
  }
}
