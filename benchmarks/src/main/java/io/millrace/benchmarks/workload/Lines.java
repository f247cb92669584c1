package io.millrace.benchmarks.workload;

/** 65,536 lines of ten words each, of a vocabulary of 10,000 by Zipf's law. Made at first use. */
public final class Lines {
  /** How many different lines there are. */
  public static final int COUNT = 65_536;

  private static final int VOCABULARY = 10_000;
  private static final int WORDS = 10;
  private static final String[] LINES = make();

  private Lines() {}

  /** Line i of an endless text. */
  public static String line(long i) {
    return LINES[(int) (i & (COUNT - 1))];
  }

  private static String[] make() {
    String[] words = new String[VOCABULARY];
    for (int rank = 0; rank < VOCABULARY; rank++) {
      words[rank] = word(rank);
    }
    int[] ranks = ranks();
    String[] lines = new String[COUNT];
    for (int i = 0; i < COUNT; i++) {
      StringBuilder line = new StringBuilder();
      for (int j = 0; j < WORDS; j++) {
        line.append(j == 0 ? "" : " ");
        line.append(words[ranks[(int) (Generators.random(3, (long) i * WORDS + j) >>> 48)]]);
      }
      lines[i] = line.toString();
    }
    return lines;
  }

  private static String word(int rank) {
    long h = Generators.mix(rank + 1);
    char[] letters = new char[3 + (int) ((h >>> 1) % 8)];
    for (int k = 0; k < letters.length; k++) {
      letters[k] = (char) ('a' + (Generators.random(h, k) >>> 1) % 26);
    }
    return new String(letters);
  }

  /** The rank of a word for each 65,536th of the distribution; integers only, so that all agree. */
  private static int[] ranks() {
    long[] upTo = new long[VOCABULARY];
    long total = 0;
    for (int rank = 0; rank < VOCABULARY; rank++) {
      total += (1L << 32) / (rank + 1);
      upTo[rank] = total;
    }
    int[] ranks = new int[65_536];
    int rank = 0;
    for (int j = 0; j < ranks.length; j++) {
      while (upTo[rank] * 65_536 <= j * total) {
        rank++;
      }
      ranks[j] = rank;
    }
    return ranks;
  }
}
