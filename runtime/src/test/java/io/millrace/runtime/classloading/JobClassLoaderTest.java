package io.millrace.runtime.classloading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.submit.JobRunner;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobClassLoaderTest {
  @TempDir Path directory;
  private Path parentJar;
  private Path jobJar;

  @BeforeEach
  void compile() throws IOException {
    parentJar = Files.createDirectories(directory.resolve("parent"));
    jobJar = Files.createDirectories(directory.resolve("job"));
    compile(
        parentJar,
        "lib.Version",
        "package lib; public class Version { public String toString() { return \"engine\"; } }");
    compile(parentJar, "lib.EngineOnly", "package lib; public class EngineOnly {}");
    compile(
        jobJar,
        "lib.Version",
        "package lib; public class Version { public String toString() { return \"job\"; } }");
    compile(
        jobJar,
        "io.millrace.runtime.submit.JobRunner",
        "package io.millrace.runtime.submit; public interface JobRunner {}");
    compile(
        jobJar, "io.millrace.connectors.My", "package io.millrace.connectors; public class My {}");
    for (Path path : List.of(parentJar, jobJar)) {
      Files.writeString(path.resolve("resource.txt"), path.getFileName().toString());
    }
  }

  @Test
  void prefersTheJobsOwnClassesAndFallsBackToTheEngines() throws Exception {
    try (URLClassLoader parent = parent();
        JobClassLoader loader = new JobClassLoader("job", urls(jobJar), parent)) {
      Class<?> version = loader.loadClass("lib.Version");
      assertThat(version.getConstructor().newInstance()).hasToString("job");
      assertThat(version).isSameAs(loader.loadClass("lib.Version"));
      assertThat(loader.loadClass("lib.EngineOnly").getClassLoader()).isSameAs(parent);
      assertThat(loader.loadClass("io.millrace.connectors.My").getClassLoader()).isSameAs(loader);
      assertThatThrownBy(() -> loader.loadClass("lib.Nowhere"))
          .isInstanceOf(ClassNotFoundException.class);
    }
  }

  @Test
  void sharesTheEnginesApiEvenIfTheJobCarriesACopy() throws Exception {
    try (URLClassLoader parent = parent();
        JobClassLoader loader = new JobClassLoader("job", urls(jobJar), parent)) {
      assertThat(loader.loadClass(JobRunner.class.getName())).isSameAs(JobRunner.class);
    }
  }

  @Test
  void findsTheJobsOwnResourcesFirst() throws Exception {
    try (URLClassLoader parent = parent();
        JobClassLoader loader = new JobClassLoader("job", urls(jobJar), parent)) {
      assertThat(loader.getResource("resource.txt").getPath()).contains("/job/");
      assertThat(Collections.list(loader.getResources("resource.txt")))
          .extracting(URL::getPath)
          .satisfiesExactly(
              first -> assertThat(first).contains("/job/"),
              second -> assertThat(second).contains("/parent/"));
    }
  }

  private URLClassLoader parent() throws IOException {
    return new URLClassLoader(urls(parentJar).toArray(new URL[0]), getClass().getClassLoader());
  }

  private static List<URL> urls(Path path) throws IOException {
    return List.of(path.toUri().toURL());
  }

  private void compile(Path target, String name, String source) throws IOException {
    Path file =
        directory.resolve("src-" + target.getFileName()).resolve(name.replace('.', '/') + ".java");
    Files.createDirectories(file.getParent());
    Files.writeString(file, source);
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-proc:none", "-d", target.toString(), file.toString());
    assertThat(result).isZero();
  }
}
