package io.millrace.process;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** This JVM's class path, and the part of it that a cluster is started with. */
final class TestClassPath {
  /** What job jars bring, what belongs to the broker alone, and the tests' own. */
  private static final Pattern NOT_THE_CLUSTERS =
      Pattern.compile(
          "(^|/)(examples|connectors-kafka|formats-json|testing|testing-kafka|testing-s3|demo"
              + "|runtime-testkit|process-tests)(-[0-9][^/]*\\.jar|/target/.*)$"
              + "|/(kafka|log4j|scala|junit|assertj|awaitility|surefire)[^/]*\\.jar$");

  private TestClassPath() {}

  static List<Path> entries() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !entry.isEmpty())
        .map(Path::of)
        .toList();
  }

  /** No job's code, connector or format: these must come from the job's jar. */
  static String ofCluster() {
    return entries().stream()
        .map(Path::toString)
        .filter(entry -> !NOT_THE_CLUSTERS.matcher(entry).find())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
