package io.millrace.runtime.memory;

import io.millrace.core.config.MemorySize;
import java.util.Optional;

/**
 * How large a part is: as it was set, or an amount and a share within bounds, in whole MiB.
 *
 * @param option that sets it, for messages
 * @param share of the whole, or of what the parts before it have left
 */
record MemoryRule(String name, String option, Optional<MemorySize> set, Share share) {
  /**
   * @param fixed MiB
   * @param parts how many hundredths of a percent, beside that
   * @param ofRest whether of what the parts before have left
   * @param least MiB
   * @param most MiB
   */
  record Share(long fixed, long parts, boolean ofRest, long least, long most) {
    private static final long WHOLE = 10_000;

    static Share ofWhole(long parts, long least, long most) {
      return new Share(0, parts, false, least, most);
    }

    /** A fixed amount and a share of the whole. */
    static Share plus(long fixed, long parts) {
      return new Share(fixed, parts, false, 0, Long.MAX_VALUE);
    }

    static Share ofRest(long parts, long least) {
      return new Share(0, parts, true, least, Long.MAX_VALUE);
    }

    long mebibytes(long whole, long rest) {
      long of = Math.max(0, ofRest ? rest : whole);
      long share = of / WHOLE * parts + of % WHOLE * parts / WHOLE;
      return Math.max(least, Math.min(most, fixed + share));
    }
  }

  /**
   * @param whole bytes
   * @param rest bytes that the parts before it have left of them
   */
  MemoryPart part(long whole, long rest) {
    MemorySize size =
        set.orElseGet(() -> MemorySize.ofMebibytes(share.mebibytes(whole >> 20, rest >> 20)));
    return new MemoryPart(name, option, size, set.isPresent());
  }
}
