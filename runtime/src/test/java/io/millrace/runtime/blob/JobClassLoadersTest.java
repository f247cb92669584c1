package io.millrace.runtime.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.core.function.MapFunction;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.state.MemoryFileStore;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobClassLoadersTest {
  private static final JobId JOB = JobId.of(1);
  private static final JobId OTHER_JOB = JobId.of(2);

  @TempDir Path directory;
  private final MemoryFileStore files = new MemoryFileStore();
  private final BlobStore store = new BlobStore(files);
  private final List<BlobKey> fetched = new ArrayList<>();
  private JobClassLoaders loaders;
  private String jar;

  @BeforeEach
  void storeAJar() throws IOException {
    loaders =
        new JobClassLoaders(
            new BlobCache(
                directory.resolve("cache"),
                (key, target) -> {
                  fetched.add(key);
                  store.copyTo(key, target);
                }),
            getClass().getClassLoader());
    jar = store.put(jarWith("one")).value();
  }

  @Test
  void aJobsOwnClassesComeFirstAndSharedOnesFromTheEngine() throws Exception {
    ClassLoader loader = loaders.acquire(JOB, List.of(jar));

    // The jar has its own copy of a class that the engine's class path has too.
    Class<?> copied = loader.loadClass("org.assertj.core.api.Assertions");
    assertThat(copied.getClassLoader()).isSameAs(loader);
    assertThat(org.assertj.core.api.Assertions.class.getClassLoader()).isNotSameAs(loader);
    Class<?> user = loader.loadClass("user.Words");
    assertThat(user.getClassLoader()).isSameAs(loader);
    // ... and a copy of an engine class, which is never used.
    assertThat(loader.loadClass(MapFunction.class.getName())).isSameAs(MapFunction.class);
    assertThat(MapFunction.class.isAssignableFrom(user)).isTrue();
    assertThat(loader.getResources("user/words.txt").nextElement().toString()).contains(jar);
  }

  @Test
  void oneLoaderPerJobAndJarSetKeptAcrossFailovers() throws Exception {
    ClassLoader first = loaders.acquire(JOB, List.of(jar));
    assertThat(loaders.acquire(JOB, List.of(jar))).isSameAs(first);
    assertThat(loaders.acquire(OTHER_JOB, List.of(jar))).isNotSameAs(first);
    String two = store.put(jarWith("two")).value();
    assertThat(loaders.acquire(JOB, List.of(jar, two))).isNotSameAs(first);
    assertThat(fetched).hasSize(2);
    assertThat(loaders.acquire(JobId.of(3), List.of()))
        .as("no jars: the engine's loader")
        .isSameAs(getClass().getClassLoader());
  }

  @Test
  void aReleasedJobsLoaderIsCollectable() throws Exception {
    WeakReference<ClassLoader> loader = useAndForget();
    List<ClassLoader> told = new ArrayList<>();
    loaders.onRelease(
        l -> {
          throw new IllegalStateException("a bad hook hinders no other");
        });
    loaders.onRelease(told::add);
    loaders.release(JOB, Runnable::run);
    assertThat(told).hasSize(1);
    told.clear();
    await()
        .until(
            () -> {
              System.gc();
              return loader.get() == null;
            });
    assertThat(loaders.holds(JOB)).isFalse();
    try (Stream<Path> left = Files.list(directory.resolve("cache"))) {
      assertThat(left).as("jars that no job needs").isEmpty();
    }
  }

  private WeakReference<ClassLoader> useAndForget() throws Exception {
    ClassLoader loader = loaders.acquire(JOB, List.of(jar));
    @SuppressWarnings("unchecked")
    MapFunction<String, String> words =
        (MapFunction<String, String>)
            loader.loadClass("user.Words").getDeclaredConstructor().newInstance();
    assertThat(words.map("a")).isEqualTo("one a");
    return new WeakReference<>(loader);
  }

  @Test
  void aJarThatAnotherJobNeedsStays() throws Exception {
    loaders.acquire(JOB, List.of(jar));
    ClassLoader other = loaders.acquire(OTHER_JOB, List.of(jar));
    loaders.release(JOB, Runnable::run);
    assertThat(other.loadClass("user.Words").getClassLoader()).isSameAs(other);
  }

  @Test
  void aBlobDamagedInTheStoreIsRefusedByName() {
    files.put("blobs/" + jar, "not the jar".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> loaders.acquire(JOB, List.of(jar)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(jar)
        .hasMessageContaining("damaged");
    assertThat(fetched).hasSize(2);
  }

  @Test
  void aDamagedLocalCopyIsFetchedAgain() throws Exception {
    Files.createDirectories(directory.resolve("cache"));
    Files.writeString(directory.resolve("cache").resolve(jar + ".jar"), "half a jar");
    ClassLoader loader = loaders.acquire(JOB, List.of(jar));
    assertThat(loader.loadClass("user.Words")).isNotNull();
    assertThat(fetched).hasSize(1);
  }

  @Test
  void aMissingBlobAndAnImpossibleKeyAreErrors() {
    String missing = "0".repeat(64);
    assertThatThrownBy(() -> loaders.acquire(JOB, List.of(missing)))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining(missing);
    assertThatThrownBy(() -> loaders.acquire(JOB, List.of("../../etc/passwd")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("64 hexadecimal digits");
  }

  @Test
  void theSameContentIsStoredOnce() throws Exception {
    Path copy = Files.copy(jarWith("one"), directory.resolve("copy.jar"));
    assertThat(store.put(copy).value()).isEqualTo(jar);
    assertThat(files.list("blobs")).hasSize(1);
  }

  /** A jar with a user class, a resource, and copies of a library class and an engine class. */
  private Path jarWith(String word) throws IOException {
    Path work = Files.createTempDirectory(directory, "jar");
    Path source = work.resolve("Words.java");
    Files.writeString(
        source,
        """
        package user;
        public final class Words implements io.millrace.core.function.MapFunction<String, String> {
          public String map(String value) { return "%s " + value; }
        }
        """
            .formatted(word));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    assertThat(
            compiler.run(
                null,
                null,
                null,
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                work.toString(),
                source.toString()))
        .isZero();
    Path file = work.resolve(word + ".jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(file))) {
      entry(out, "user/Words.class", Files.readAllBytes(work.resolve("user/Words.class")));
      entry(out, "user/words.txt", word.getBytes(StandardCharsets.UTF_8));
      for (Class<?> copied : List.of(org.assertj.core.api.Assertions.class, MapFunction.class)) {
        String name = copied.getName().replace('.', '/') + ".class";
        try (var in = copied.getClassLoader().getResourceAsStream(name)) {
          entry(out, name, in.readAllBytes());
        }
      }
    }
    return file;
  }

  private static void entry(JarOutputStream out, String name, byte[] bytes) throws IOException {
    JarEntry entry = new JarEntry(name);
    entry.setTime(0);
    out.putNextEntry(entry);
    out.write(bytes);
    out.closeEntry();
  }
}
