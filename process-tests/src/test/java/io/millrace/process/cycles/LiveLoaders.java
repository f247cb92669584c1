package io.millrace.process.cycles;

import io.millrace.client.process.RunDirectory.ClusterProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Counts live objects of another Java process by a histogram of its heap, after a full GC. */
final class LiveLoaders {
  private LiveLoaders() {}

  /** Instances of the class, by its full name. */
  static long count(ClusterProcess process, String className) throws Exception {
    // Twice: what the first collection has enqueued is let go of by reference handlers.
    jcmd(process, "GC.run");
    String histogram = jcmd(process, "GC.class_histogram");
    Matcher line =
        Pattern.compile("^\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+" + Pattern.quote(className) + "\\s", 8)
            .matcher(histogram);
    return line.find() ? Long.parseLong(line.group(1)) : 0;
  }

  /** The live heap into a file, for whoever has to find what holds a loader. */
  static void dump(ClusterProcess process, Path file) throws Exception {
    jcmd(process, "GC.heap_dump", file.toString());
  }

  private static String jcmd(ClusterProcess process, String... command)
      throws IOException, InterruptedException {
    String[] all = new String[command.length + 3];
    all[0] = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    all[1] = "-J-XX:TieredStopAtLevel=1";
    all[2] = Long.toString(process.pid());
    System.arraycopy(command, 0, all, 3, command.length);
    Process jcmd = new ProcessBuilder(all).redirectErrorStream(true).start();
    String output = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!jcmd.waitFor(60, TimeUnit.SECONDS) || jcmd.exitValue() != 0) {
      throw new IOException("jcmd failed: " + output);
    }
    return output;
  }
}
