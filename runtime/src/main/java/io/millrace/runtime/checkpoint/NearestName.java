package io.millrace.runtime.checkpoint;

import java.util.Collection;
import java.util.Optional;

/** Finds the name that was probably meant, for messages. */
final class NearestName {
  private NearestName() {}

  /** The candidate with the fewest edits from the name, if they are few enough to be a slip. */
  static Optional<String> of(String name, Collection<String> candidates) {
    String nearest = null;
    int best = Math.max(2, name.length() / 2) + 1;
    for (String candidate : candidates) {
      int edits = edits(name, candidate);
      if (edits < best) {
        best = edits;
        nearest = candidate;
      }
    }
    return Optional.ofNullable(nearest);
  }

  /** Levenshtein distance. */
  private static int edits(String a, String b) {
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitution = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(substitution, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[b.length()];
  }
}
