package io.millrace.runtime.memory;

import io.millrace.core.config.ConfigurationException;
import io.millrace.core.config.MemorySize;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * All memory of a process, before it is divided.
 *
 * @param process as in "a TaskManager"
 * @param option that sets it
 * @param origin where it is from, for people
 */
record MemoryWhole(String process, String option, MemorySize size, String origin) {
  /** Below that not even the process itself gets along. */
  private static final MemorySize LEAST_HEAP = MemorySize.ofMebibytes(64);

  /**
   * The heap, which gets what the other parts leave.
   *
   * @param option that sets it
   * @param set what it was set to
   */
  record Heap(String option, Optional<MemorySize> set) {
    MemoryPart part(MemorySize size) {
      return new MemoryPart("heap", option, size, set.isPresent());
    }
  }

  /** What was set; else what the parts add up to if the heap was; else a default. */
  static MemoryWhole find(
      String process,
      String option,
      Optional<MemorySize> set,
      Supplier<MemorySize> byDefault,
      Heap heap,
      List<MemoryRule> rules) {
    if (set.isPresent()) {
      return new MemoryWhole(process, option, set.get(), option);
    }
    if (heap.set().isPresent()) {
      return new MemoryWhole(
          process,
          option,
          new MemorySize(needed(heap.set().get(), rules)),
          "what the parts add up to, as " + heap.option() + " is set and " + option + " is not");
    }
    return new MemoryWhole(process, option, byDefault.get(), "the default; " + option + " sets it");
  }

  /** The least whole that leaves so much for the heap. */
  private static long needed(MemorySize heap, List<MemoryRule> rules) {
    long whole = heap.bytes();
    for (long missing = 1; missing > 0; whole += Math.max(0, missing)) {
      missing = heap.bytes() - left(whole, parts(whole, rules));
    }
    return whole;
  }

  private static List<MemoryPart> parts(long whole, List<MemoryRule> rules) {
    List<MemoryPart> parts = new ArrayList<>();
    for (MemoryRule rule : rules) {
      parts.add(rule.part(whole, left(whole, parts)));
    }
    return parts;
  }

  private static long left(long whole, List<MemoryPart> parts) {
    return whole - parts.stream().mapToLong(part -> part.size().bytes()).sum();
  }

  /**
   * The heap, then a part a rule.
   *
   * @param spare name of the part that gets what a heap that was set leaves over
   * @throws ConfigurationException if they don't fit
   */
  List<MemoryPart> divide(Heap heap, List<MemoryRule> rules, String spare) {
    long needed = needed(heap.set().orElse(LEAST_HEAP), rules);
    if (size.bytes() < needed) {
      throw tooLittle(heap, rules, needed);
    }
    List<MemoryPart> parts = parts(size.bytes(), rules);
    long left = left(size.bytes(), parts);
    MemorySize given = heap.set().orElse(new MemorySize(left));
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i).name().equals(spare)) {
        parts.set(i, parts.get(i).plus(left - given.bytes()));
      }
    }
    parts.add(0, heap.part(given));
    return parts;
  }

  private ConfigurationException tooLittle(Heap heap, List<MemoryRule> rules, long needed) {
    List<MemoryPart> least = new ArrayList<>();
    least.add(heap.part(heap.set().orElse(LEAST_HEAP)));
    least.addAll(parts(needed, rules));
    String set =
        least.stream()
            .filter(MemoryPart::isSet)
            .map(MemoryPart::option)
            .collect(Collectors.joining(", "));
    return new ConfigurationException(
        option
            + " = "
            + size
            + (origin.equals(option) ? "" : " (" + origin + ")")
            + " is too little for a "
            + process
            + ", which needs "
            + new MemorySize(needed)
            + ": "
            + least.stream().map(MemoryPart::toString).collect(Collectors.joining(", "))
            + ". Raise "
            + option
            + (set.isEmpty() ? "" : ", or lower or leave out " + set));
  }
}
