package io.millrace.connectors.kafka;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of transactions, {@code prefix-job-attempt-subtask-number}, as one attempt of one job makes
 * them, and who may end which (K2, K4). Each id has exactly one owner at any parallelism, and an
 * attempt ends only those of attempts before it: one that was paused and comes late must not touch
 * what a later one has prepared. Two attempts never make the same id.
 */
final class TransactionIds {
  private final String prefix;
  private final String job;
  private final int attempt;
  private final Pattern pattern;

  /**
   * @param job letters and digits
   */
  TransactionIds(String prefix, String job, int attempt) {
    if (!job.matches("[0-9A-Za-z]+")) {
      throw new IllegalArgumentException(
          "A job id in transactional ids is of letters and digits, not '" + job + "'");
    }
    this.prefix = prefix;
    this.job = job;
    this.attempt = attempt;
    // No part has a dash but the prefix, so an id of a longer prefix that begins with this one has
    // too many parts. The numbers are bounded so that they are ints; a longer id is not one of
    // ours.
    this.pattern =
        Pattern.compile(
            Pattern.quote(prefix) + "-([0-9A-Za-z]+)-([0-9]{1,9})-([0-9]{1,9})-([0-9]{1,9})");
  }

  /** The writer that made an id. */
  private record Maker(String job, int subtask) {}

  private record Parsed(Maker maker, int attempt) {}

  /**
   * An id that the broker knows.
   *
   * @param settled whether it has no transaction open
   */
  record Listed(String id, boolean settled) {}

  String id(int subtask, int number) {
    return prefix + "-" + job + "-" + attempt + "-" + subtask + "-" + number;
  }

  /** For the broker to filter by (RE2 syntax, which has the same quoting). */
  String brokerPattern() {
    return "^" + pattern.pattern() + "$";
  }

  private Optional<Parsed> parse(String id) {
    Matcher matcher = pattern.matcher(id);
    return matcher.matches()
        ? Optional.of(
            new Parsed(
                new Maker(matcher.group(1), Integer.parseInt(matcher.group(3))),
                Integer.parseInt(matcher.group(2))))
        : Optional.empty();
  }

  /**
   * Whether this attempt's subtask may abort what that id has open: it is the id's owner, the id
   * was not prepared in the restored checkpoint, and it is of a former attempt, or of another job,
   * which must have been a former one (K2).
   */
  boolean mayAbort(String id, int subtask, int parallelism, Set<String> recovered) {
    return parse(id)
        .filter(parsed -> parsed.maker().subtask() % parallelism == subtask)
        .filter(parsed -> !parsed.maker().job().equals(job) || parsed.attempt() < attempt)
        .filter(parsed -> !recovered.contains(id))
        .isPresent();
  }

  /**
   * Which of the listed ids a subtask ends at its start, in order: those that it may abort and that
   * have a transaction open, and the settled ones of each writer's last attempt, whose producers
   * may yet open one. Older ones were ended by that last attempt before it made an id; so the work
   * of a restart doesn't grow with the number of restarts, and the broker forgets old ids in time.
   */
  List<String> lingering(
      Collection<Listed> listed, int subtask, int parallelism, Set<String> recovered) {
    Map<Maker, Integer> last = new HashMap<>();
    for (Listed each : listed) {
      if (mayAbort(each.id(), subtask, parallelism, Set.of())) {
        Parsed parsed = parse(each.id()).orElseThrow();
        last.merge(parsed.maker(), parsed.attempt(), Math::max);
      }
    }
    List<String> result = new ArrayList<>();
    for (Listed each : listed) {
      if (mayAbort(each.id(), subtask, parallelism, recovered)) {
        Parsed parsed = parse(each.id()).orElseThrow();
        if (!each.settled() || parsed.attempt() == last.get(parsed.maker())) {
          result.add(each.id());
        }
      }
    }
    result.sort(null);
    return result;
  }
}
