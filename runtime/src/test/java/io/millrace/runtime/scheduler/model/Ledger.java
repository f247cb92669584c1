package io.millrace.runtime.scheduler.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** The external system with transactions: what it holds at the end is the oracle. */
final class Ledger {
  private final TreeMap<String, List<String>> prepared = new TreeMap<>();
  private final TreeSet<String> committed = new TreeSet<>();
  private final TreeSet<String> aborted = new TreeSet<>();
  private final TreeMap<String, Integer> records = new TreeMap<>();

  void prepare(String transaction, List<String> content) {
    assertThat(prepared.put(transaction, List.copyOf(content))).isNull();
  }

  /** Idempotent. */
  void commit(String transaction) {
    assertThat(aborted).as("commits an aborted transaction").doesNotContain(transaction);
    assertThat(prepared).containsKey(transaction);
    if (committed.add(transaction)) {
      prepared.get(transaction).forEach(record -> records.merge(record, 1, Integer::sum));
    }
  }

  /** What a restore does with transactions that no completed checkpoint names (K4). */
  void abortAllBut(Set<String> named) {
    for (String transaction : prepared.keySet()) {
      if (!named.contains(transaction) && !committed.contains(transaction)) {
        aborted.add(transaction);
      }
    }
  }

  /** How often each record is there. */
  SortedMap<String, Integer> records() {
    return records;
  }
}
