package io.millrace.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** Compiles programs into jars, as a user's build does. */
public final class ProgramJars {
  private final Path directory;

  public ProgramJars(Path directory) {
    this.directory = directory;
  }

  /**
   * A jar with one class.
   *
   * @param name of the class
   * @param body of its main method
   */
  public Path withMain(String name, String body, Optional<String> manifestMain) throws IOException {
    int dot = name.lastIndexOf('.');
    String source =
        """
        package %s;
        import io.millrace.core.config.Configuration;
        import io.millrace.runtime.graph.*;
        import io.millrace.runtime.submit.*;
        import java.util.List;
        public class %s {
          public static void main(String[] args) throws Exception {
        %s
          }
          static List<JobVertex> vertices() {
            return List.of(new JobVertex(0, "v", 1, 128, List.of(new OperatorNode(
                "v", true, "v", -1, "", OperatorNode.Kind.SOURCE, false, new byte[0]))));
          }
          static JobHandle submit(String name) {
            JobRunner runner = JobRunners.find(Configuration.empty());
            return runner.submit(
                new JobGraph(name + " at " + runner.defaultParallelism(Configuration.empty()),
                    vertices(), List.of(), CheckpointSettings.DISABLED, RestartSettings.DEFAULT,
                    List.of()),
                RunSettings.of(Configuration.empty(), %s.class.getClassLoader()));
          }
        }
        """
            .formatted(
                name.substring(0, dot), name.substring(dot + 1), body, name.substring(dot + 1));
    return of(name, source, manifestMain);
  }

  /** A jar with one class of any source. */
  public Path of(String name, String source, Optional<String> manifestMain) throws IOException {
    Path sources = Files.createTempDirectory(directory, "src");
    Path classes = Files.createTempDirectory(directory, "classes");
    Path file = sources.resolve(name.replace('.', '/') + ".java");
    Files.createDirectories(file.getParent());
    Files.writeString(file, source);
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                messages,
                messages,
                List.of(
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        classes.toString(),
                        file.toString())
                    .toArray(new String[0]));
    if (result != 0) {
      throw new IllegalStateException(messages.toString(StandardCharsets.UTF_8));
    }
    Path jar = Files.createTempFile(directory, "program", ".jar");
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifestMain.ifPresent(
        main -> manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, main));
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream stream = new JarOutputStream(out, manifest);
        Stream<Path> files = Files.walk(classes)) {
      for (Path path : files.filter(Files::isRegularFile).toList()) {
        stream.putNextEntry(new JarEntry(classes.relativize(path).toString()));
        Files.copy(path, stream);
      }
    }
    return jar;
  }
}
