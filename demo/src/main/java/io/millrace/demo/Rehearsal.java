package io.millrace.demo;

import io.millrace.client.process.ClassArchives;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A short run of the demo after the build, in which every process ends in order and writes an
 * archive of the classes that it has loaded. Processes of this build start from them; see {@link
 * ClassArchives}.
 */
public final class Rehearsal {
  private static final int RECORDS = 20_000;
  private static final int PARALLELISM = 4;

  private Rehearsal() {}

  /**
   * @param args the directory of the archives
   */
  public static void main(String[] args) throws Exception {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    DemoRun.Settings settings =
        new DemoRun.Settings(
            Path.of(System.getProperty("millrace.home")), RECORDS, PARALLELISM, false);
    try (DemoRun run = new DemoRun(settings, ClassArchives.writtenTo(Path.of(args[0])), nowhere)) {
      run.run();
      run.stopBroker();
    }
    // Not by the end of main: clients' threads may still be there.
    System.exit(0);
  }
}
