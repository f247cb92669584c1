package io.millrace.benchmarks.compare;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;

/**
 * Main program of a process that measures another engine: several numbers of records one after
 * another, a line for each. It runs with the peers' class path and uses nothing but the JDK and, by
 * reflection, their classes.
 *
 * <p>Arguments: class of the peer, workload, numbers of records with commas, records of the
 * warm-up, and the peer's options.
 */
final class PeerRuns {
  private PeerRuns() {}

  public static void main(String[] args) throws Exception {
    Class<?> options = Class.forName("peers.Opts");
    String warmUp = args[3];
    for (String records : args[2].split(",", -1)) {
      List<String> given = new ArrayList<>(List.of(args).subList(4, args.length));
      given.addAll(List.of("--n", records, "--runs", "1", "--warm", warmUp));
      try {
        Class.forName(args[0])
            .getMethod("main", String.class, options)
            .invoke(
                null,
                args[1],
                options
                    .getConstructor(String[].class, int.class)
                    .newInstance(given.toArray(new String[0]), 0));
      } catch (InvocationTargetException e) {
        e.getCause().printStackTrace();
        System.exit(1);
      }
      warmUp = "0"; // the compiler is warm by now
    }
    System.exit(0); // clusters may leave threads behind
  }
}
