package io.millrace.runtime.task;

import io.millrace.runtime.operators.Operator;
import java.util.List;

/**
 * Does work over the operators of a chain in order, each before its children; can stop at any of
 * them for want of room or time and go on there. Subtask's thread only.
 */
final class ChainWork {
  private final OperatorChain chain;
  private long time;
  private int position;

  /** The operator at the position fires its timers, and has not come to the end of it. */
  private boolean firing;

  ChainWork(OperatorChain chain) {
    this.chain = chain;
  }

  /**
   * @param until the watermark, or the processing time, that was reached
   */
  void start(long until) {
    time = until;
    position = 0;
  }

  /** The watermark, or the processing time, that was reached. */
  long time() {
    return time;
  }

  /** Goes on with what was started; true if it is done. */
  boolean run(Work work) throws Exception {
    List<Operator<?>> operators = chain.operators();
    while (position < operators.size()) {
      Operator<?> operator = operators.get(position);
      boolean done =
          switch (work) {
            case WATERMARK -> operator.onWatermark(time);
            case PROCESSING_TIME -> fireProcessingTime(operator);
            case END_OF_DATA -> operator.endOfData();
            case NONE -> true;
          };
      if (!done) {
        return false;
      }
      position++;
    }
    return true;
  }

  private boolean fireProcessingTime(Operator<?> operator) throws Exception {
    if (!firing) {
      if (!chain.isDue(position, time)) {
        return true;
      }
      chain.processingTimeStarts(position); // what it schedules from here on is for later
      firing = true;
    }
    if (!operator.onProcessingTime(time)) {
      return false;
    }
    firing = false;
    return true;
  }
}
