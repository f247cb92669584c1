package io.millrace.filestore.s3;

import static io.millrace.filestore.s3.FileStoreContractTest.configuration;
import static io.millrace.filestore.s3.FileStoreContractTest.content;
import static io.millrace.filestore.s3.FileStoreContractTest.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import io.millrace.core.config.ConfigOption;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.MillraceOptions;
import io.millrace.core.config.S3Options;
import io.millrace.core.storage.FileStore;
import io.millrace.core.storage.FileStores;
import io.millrace.testing.s3.S3Server;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What only S3 has: pages, connections that break, and much that can be set wrongly. */
class S3FileStoreTest {
  private S3Server server;
  private Configuration configuration;

  @BeforeEach
  void start() throws IOException {
    server = S3Server.start();
    server.createBucket("bucket");
    configuration = configuration(server);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private FileStore open(Configuration with) throws IOException {
    return FileStores.of(with).open("s3://bucket/dir");
  }

  @Test
  void listsAndDeletesMoreThanOnePage() throws IOException {
    FileStore store = open(configuration);
    Path many = Files.createDirectories(server.bucket("bucket").resolve("dir/many"));
    for (int i = 0; i < 1_005; i++) {
      Files.createFile(many.resolve(Integer.toString(i)));
    }
    assertThat(store.list("many")).hasSize(1_005).isSorted();
    assertThat(store.delete("many")).isTrue();
    assertThat(store.list("")).isEmpty();
  }

  @Test
  void aReadGoesOnWhenItsConnectionBreaks() throws IOException {
    FileStore store = open(configuration);
    byte[] bytes = new byte[20 << 20];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31 >>> 7);
    }
    try (FileStore.PendingFile file = store.create("f")) {
      file.stream().write(bytes);
      file.commit();
    }
    try (InputStream in = store.open("f")) {
      byte[] start = in.readNBytes(1 << 10);
      server.kill();
      server.restart();
      byte[] rest = in.readAllBytes();
      assertThat(start.length + rest.length).isEqualTo(bytes.length);
      assertThat(rest[rest.length - 1]).isEqualTo(bytes[bytes.length - 1]);
      assertThat(Arrays.equals(rest, 0, rest.length, bytes, 1 << 10, bytes.length)).isTrue();
    }
    // Not if it is another object by then.
    try (InputStream in = store.open("f")) {
      in.readNBytes(1 << 10);
      server.kill();
      server.restart();
      write(store, "f", "x".repeat(20 << 20));
      assertThatThrownBy(in::readAllBytes)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("s3://bucket/dir/f cannot be read");
    }
  }

  @Test
  void aFailedUploadLeavesNothingAndSaysWhy() throws IOException {
    FileStore store = open(configuration);
    FileStore.PendingFile file = store.create("f");
    file.stream().write(new byte[6 << 20]);
    server.kill();
    assertThatThrownBy(file::commit)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("s3://bucket/dir/f cannot be written")
        .hasMessageContaining(server.endpoint() + " does not answer")
        .hasMessageContaining("s3.endpoint");
    server.restart();
    assertThat(store.exists("f")).isFalse();
    assertThat(store.unfinished("")).hasSize(1);
    file.close();
    assertThat(store.unfinished("")).isEmpty();
    assertThat(store.exists("f")).isFalse();
  }

  @Test
  void whatIsSetWronglyIsNamedWithTheRemedy() throws IOException {
    assertThatThrownBy(() -> FileStores.of(configuration).open("s3://nowhere/dir"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("s3://nowhere/dir/ cannot be reached")
        .hasMessageContaining("there is no bucket 'nowhere' at " + server.endpoint());
    FileStore store = open(configuration);
    assertThatThrownBy(() -> store.create("s3://nowhere/f"))
        .hasMessageContaining("there is no bucket 'nowhere'");

    refused(
        S3Options.CREDENTIALS_FILE,
        server.credentialsFile("other", "NOBODY", "wrong-secret").toString(),
        "the credentials were refused",
        "s3.credentials-file");
    refused(
        S3Options.CREDENTIALS_FILE,
        server.credentialsFile("wrong", server.accessKey(), "wrong-secret").toString(),
        "the credentials were refused");
    refused(S3Options.CREDENTIALS_FILE, "/not/there", "s3.credentials-file /not/there");
    refused(S3Options.ENDPOINT, "http://127.0.0.1:1", "127.0.0.1:1 does not answer", "s3.endpoint");
    refused(S3Options.ENDPOINT, "127.0.0.1", "s3.endpoint '127.0.0.1' is no address");
    assertThatThrownBy(() -> configuration.with(S3Options.PART_SIZE, "1 MiB"))
        .hasMessageContaining("s3.part-size")
        .hasMessageContaining("5 MiB");
  }

  private void refused(ConfigOption<?> option, String value, String... parts) {
    assertThatThrownBy(() -> open(configuration.with(option, value)))
        .isInstanceOf(IOException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }

  @Test
  void noLogNamesTheKeysWhateverFails() throws IOException {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    Level before = root.getLevel();
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    appender.setContext(root.getLoggerContext());
    appender.start();
    root.addAppender(appender);
    root.setLevel(Level.ALL);
    StringBuilder said = new StringBuilder();
    try {
      FileStore store = open(configuration);
      write(store, "f", "content");
      assertThat(content(store, "f")).isEqualTo("content");
      store.delete("f");
      configuration.describe(MillraceOptions.groups()).forEach(line -> said.append(line));
      said.append(configuration);
      Path broken =
          Files.writeString(
              server.credentialsFile().resolveSibling("broken"), server.secretKey() + "\n");
      List<String> wrong =
          List.of(
              server
                  .credentialsFile("wrong", server.accessKey(), server.secretKey() + "x")
                  .toString(),
              broken.toString());
      for (String file : wrong) {
        try {
          open(configuration.with(S3Options.CREDENTIALS_FILE, file));
          throw new AssertionError("opened with " + file);
        } catch (IOException e) {
          said.append(stackTrace(e));
        }
      }
    } finally {
      root.setLevel(before);
      root.detachAppender(appender);
    }
    for (ILoggingEvent event : List.copyOf(appender.list)) {
      said.append(event.getFormattedMessage()).append(event.getMDCPropertyMap());
      if (event.getThrowableProxy() != null) {
        said.append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
      }
    }
    assertThat(appender.list).as("the client's own log was seen").hasSizeGreaterThan(20);
    assertThat(said.toString()).doesNotContain(server.secretKey());
  }

  private static String stackTrace(Throwable e) {
    StringWriter text = new StringWriter();
    e.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
