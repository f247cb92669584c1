package io.millrace.client.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassArchivesTest {
  @TempDir Path directory;

  @Test
  void withoutADirectoryThereAreNone() {
    assertThat(ClassArchives.none().jvmOptions("jobmanager")).isEmpty();
  }

  @Test
  void aMissingArchiveIsNotNamed() {
    assertThat(ClassArchives.in(directory).jvmOptions("jobmanager")).isEmpty();
  }

  @Test
  void processesOfOneKindShareAnArchiveWhichTheFirstWrites() throws Exception {
    ClassArchives written = ClassArchives.writtenTo(directory);
    String archive = directory.resolve("taskmanager.jsa").toString();
    assertThat(written.jvmOptions("taskmanager-1"))
        .containsExactly("-XX:ArchiveClassesAtExit=" + archive);
    assertThat(written.jvmOptions("taskmanager-2")).isEmpty();
    assertThat(written.jvmOptions("taskmanager-11")).isEmpty();
    assertThat(written.jvmOptions("jobmanager"))
        .containsExactly("-XX:ArchiveClassesAtExit=" + directory.resolve("jobmanager.jsa"));

    Files.createFile(Path.of(archive));
    assertThat(ClassArchives.in(directory).jvmOptions("taskmanager-7"))
        .contains("-XX:SharedArchiveFile=" + archive);
  }

  @Test
  void aProcessStartsFromWhatAnotherHasWritten() throws Exception {
    String jar = jar().toString();
    java(ClassArchives.writtenTo(directory), jar);
    assertThat(directory.resolve("probe.jsa")).isNotEmptyFile();

    assertThat(java(ClassArchives.in(directory), jar)).isEqualTo("from an archive: true");
  }

  @Test
  void anArchiveThatDoesNotFitIsIgnoredWithoutAWord() throws Exception {
    Path jar = jar();
    Files.write(directory.resolve("probe.jsa"), new byte[100_000]);
    assertThat(java(ClassArchives.in(directory), jar.toString()))
        .isEqualTo("from an archive: false");

    Files.delete(directory.resolve("probe.jsa"));
    java(ClassArchives.writtenTo(directory), jar.toString());
    String other = Files.copy(jar, directory.resolve("other.jar")).toString();
    assertThat(java(ClassArchives.in(directory), other)).isEqualTo("from an archive: false");
  }

  /** Classes in directories are not archived. */
  private Path jar() throws Exception {
    Path jar = directory.resolve("probe.jar");
    String name = Probe.class.getName().replace('.', '/') + ".class";
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        InputStream in = Probe.class.getClassLoader().getResourceAsStream(name)) {
      out.putNextEntry(new JarEntry(name));
      in.transferTo(out);
    }
    return jar;
  }

  /** What such a process prints, on either of its outputs. */
  private static String java(ClassArchives archives, String classPath) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(archives.jvmOptions("probe"));
    command.addAll(List.of("-cp", classPath, Probe.class.getName()));
    archives.jvmOptions("probe").stream()
        .filter(option -> option.startsWith("-XX:SharedArchiveFile"))
        .findFirst()
        .ifPresent(
            option ->
                command.add(1, "-Xlog:class+load:file=" + classPath + ".log:none:filecount=0"));
    Path log = Path.of(classPath + ".log");
    Files.deleteIfExists(log);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).as(output).isZero();
    if (!Files.exists(log)) {
      return output;
    }
    boolean archived =
        Files.readAllLines(log).stream()
            .anyMatch(
                line ->
                    line.startsWith(Probe.class.getName() + " ")
                        && line.contains("shared objects file"));
    return output + "from an archive: " + archived;
  }

  /** A program. */
  static final class Probe {
    private Probe() {}

    public static void main(String[] args) {}
  }
}
