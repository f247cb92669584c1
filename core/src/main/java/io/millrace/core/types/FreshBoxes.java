package io.millrace.core.types;

/**
 * Boxes that HotSpot's compiler can do without. {@code Long.valueOf} has two outcomes, an element
 * of its cache and a new object, and as soon as a process has seen both of them anywhere, an object
 * that is one of the two is really made, tested and passed on wherever it lives longer than a few
 * instructions. A box that is always new is taken apart instead (escape analysis) as long as it
 * stays within what is compiled together, and one that is opened at once leaves nothing behind. So
 * the engine opens what comes from a user's function right at the call and passes a new box on.
 *
 * <p>Records have no identity in this engine, as they may be copied between any two operators:
 * nobody may rely on {@code ==} of two boxes.
 */
@SuppressWarnings("removal") // the constructors: valueOf is what has to be avoided
public final class FreshBoxes {
  private FreshBoxes() {}

  /** A box of its own. */
  public static Long of(long value) {
    return new Long(value);
  }

  /** A box of its own. */
  public static Integer of(int value) {
    return new Integer(value);
  }

  /**
   * The same value; boxed integers in a box of their own. To be called on the result of a call
   * directly, with nothing between the two that could fail or stop: where the called code is
   * compiled into the caller, its box and the tests here are gone then.
   *
   * @param value may be null
   */
  @SuppressWarnings("unchecked") // the same class
  public static <T> T of(T value) {
    if (value instanceof Long boxed) {
      long opened = boxed;
      return (T) of(opened);
    }
    if (value instanceof Integer boxed) {
      int opened = boxed;
      return (T) of(opened);
    }
    return value;
  }
}
