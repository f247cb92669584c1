package io.millrace.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What came out, compared with what had to.
 *
 * @param results lines of the results topic
 * @param ledger lines of the ledger
 * @param missing lines that had to be there and are not
 * @param duplicated lines that are there more than once
 * @param wrong lines that should not be there at all
 * @param differences the first few, in words
 */
record Verdict(
    long results,
    long ledger,
    long missing,
    long duplicated,
    long wrong,
    List<String> differences) {
  private static final int MOST_DIFFERENCES = 10;

  boolean isExactlyOnce() {
    return missing == 0 && duplicated == 0 && wrong == 0;
  }

  static Verdict of(String bootstrapServers, Expected expected) {
    Comparison comparison = new Comparison(expected);
    CommittedReader.readAll(bootstrapServers, Demo.RESULTS, comparison::result);
    CommittedReader.readAll(bootstrapServers, Demo.LEDGER, comparison::ledger);
    return comparison.verdict();
  }

  private static final class Comparison {
    private final Expected expected;
    private final Set<Expected.Result> seenResults = new HashSet<>();
    private final BitSet seenIds = new BitSet();
    private final List<String> differences = new ArrayList<>();
    private long results;
    private long ledger;
    private long duplicated;
    private long wrong;

    Comparison(Expected expected) {
      this.expected = expected;
    }

    void result(JsonNode line) {
      results++;
      Expected.Result result =
          new Expected.Result(
              line.path("windowEnd").asLong(),
              line.path("auction").asLong(),
              line.path("bids").asLong());
      if (!expected.results().contains(result)) {
        wrong++;
        differ("result " + line + " should not be there");
      } else if (!seenResults.add(result)) {
        duplicated++;
        differ("result " + line + " is there twice");
      }
    }

    void ledger(JsonNode line) {
      ledger++;
      int id = line.path("id").asInt(-1);
      if (id < 0 || id >= expected.records()) {
        wrong++;
        differ("ledger entry " + line + " is of no bid");
      } else if (seenIds.get(id)) {
        duplicated++;
        differ("ledger entry " + line + " is there twice");
      } else {
        seenIds.set(id);
        if (line.path("sequence").asLong() != expected.sequence(id)
            || line.path("auction").asLong() != BidStream.auction(id)) {
          wrong++;
          differ("ledger entry " + line + " should have sequence " + expected.sequence(id));
        }
      }
    }

    Verdict verdict() {
      long missing = 0;
      for (Expected.Result result : expected.results()) {
        if (!seenResults.contains(result)) {
          missing++;
          differ(result + " is missing");
        }
      }
      for (int id = seenIds.nextClearBit(0);
          id < expected.records();
          id = seenIds.nextClearBit(id + 1)) {
        missing++;
        differ("the ledger entry of bid " + id + " is missing");
      }
      return new Verdict(results, ledger, missing, duplicated, wrong, List.copyOf(differences));
    }

    private void differ(String what) {
      if (differences.size() < MOST_DIFFERENCES) {
        differences.add(what);
      }
    }
  }
}
