package io.millrace.benchmarks.compare;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** The number that a comparison is about, from the lines of one process. */
enum Figure {
  /** (CPU(2n) - CPU(n)) / n of the last two lines, in nanoseconds a record. */
  STEADY_CPU("ns") {
    @Override
    double of(List<JsonNode> lines) {
      JsonNode once = lines.get(lines.size() - 2);
      JsonNode twice = lines.get(lines.size() - 1);
      return (cpu(twice) - cpu(once)) / (records(twice) - records(once));
    }
  },

  /** CPU time of the whole run by its records; nanoseconds. */
  COLD_CPU("ns") {
    @Override
    double of(List<JsonNode> lines) {
      return lines.get(lines.size() - 1).get("cpu_ns_per_record").asDouble();
    }
  },

  /** Half of the records were faster; microseconds. */
  P50("us") {
    @Override
    double of(List<JsonNode> lines) {
      return lines.get(lines.size() - 1).get("lat_us").get("p50").asDouble();
    }
  },

  /** A hundredth of the records was slower; microseconds. */
  P99("us") {
    @Override
    double of(List<JsonNode> lines) {
      return lines.get(lines.size() - 1).get("lat_us").get("p99").asDouble();
    }
  },

  /** From the failure to the first record of a restored subtask; milliseconds. */
  RECOVERY("ms") {
    @Override
    double of(List<JsonNode> lines) {
      return lines.get(lines.size() - 1).get("fail_to_first_record_ms").asDouble();
    }
  };

  private final String unit;

  Figure(String unit) {
    this.unit = unit;
  }

  abstract double of(List<JsonNode> lines);

  String unit() {
    return unit;
  }

  private static double records(JsonNode line) {
    return line.get("records").asDouble();
  }

  private static double cpu(JsonNode line) {
    return line.get("cpu_ns_per_record").asDouble() * records(line);
  }
}
