package io.millrace.connectors.kafka;

import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of transactions, {@code prefix-subtask-number}, and who may end them (K2, K4): each id has
 * exactly one owner at any parallelism.
 */
final class TransactionIds {
  private final String prefix;
  private final Pattern pattern;

  TransactionIds(String prefix) {
    this.prefix = prefix;
    // The numbers are bounded so that they are ints; a longer id is not one of ours.
    this.pattern = Pattern.compile(Pattern.quote(prefix) + "-([0-9]{1,9})-([0-9]{1,9})");
  }

  String id(int subtask, int number) {
    return prefix + "-" + subtask + "-" + number;
  }

  /** For the broker to filter by (RE2 syntax, which has the same quoting). */
  String brokerPattern() {
    return "^" + pattern.pattern() + "$";
  }

  /** The subtask that made this id, if it is one of this prefix. */
  OptionalInt subtask(String id) {
    Matcher matcher = pattern.matcher(id);
    return matcher.matches()
        ? OptionalInt.of(Integer.parseInt(matcher.group(1)))
        : OptionalInt.empty();
  }

  /**
   * Whether this subtask must abort what that id may have open: it is its owner, and the id was not
   * prepared in the restored checkpoint.
   */
  boolean mustAbort(String id, int subtask, int parallelism, Set<String> recovered) {
    OptionalInt maker = subtask(id);
    return maker.isPresent()
        && maker.getAsInt() % parallelism == subtask
        && !recovered.contains(id);
  }
}
