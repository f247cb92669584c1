package io.millrace.benchmarks.workload;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a sink's subtask has seen, left as a file when it ends: the program that measures may be in
 * another process.
 *
 * @param latencies in nanoseconds, of the records that are timed
 */
public record ResultPart(long records, long checksum, long[] latencies) {
  private static final String SUFFIX = ".part";

  /** Writes it where those of the same attempt are. */
  void write(Path directory, int attempt, int subtask) throws IOException {
    Path file = directory.resolve(String.format("%06d-%06d%s", attempt, subtask, SUFFIX));
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      out.writeLong(records);
      out.writeLong(checksum);
      out.writeInt(latencies.length);
      for (long latency : latencies) {
        out.writeLong(latency);
      }
    }
  }

  /** What the subtasks of the last attempt saw together. */
  public static ResultPart sum(Path directory) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
      parts.forEach(files::add);
    }
    String last =
        files.stream().map(ResultPart::attempt).max(String::compareTo).orElse("no attempt");
    ResultPart sum = new ResultPart(0, 0, new long[0]);
    for (Path file : files) {
      if (attempt(file).equals(last)) {
        sum = sum.plus(read(file));
      }
    }
    return sum;
  }

  private static String attempt(Path file) {
    return file.getFileName().toString().substring(0, 6);
  }

  private static ResultPart read(Path file) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      long records = in.readLong();
      long checksum = in.readLong();
      long[] latencies = new long[in.readInt()];
      for (int i = 0; i < latencies.length; i++) {
        latencies[i] = in.readLong();
      }
      return new ResultPart(records, checksum, latencies);
    }
  }

  private ResultPart plus(ResultPart other) {
    long[] all = Arrays.copyOf(latencies, latencies.length + other.latencies.length);
    System.arraycopy(other.latencies, 0, all, latencies.length, other.latencies.length);
    return new ResultPart(records + other.records, checksum + other.checksum, all);
  }
}
