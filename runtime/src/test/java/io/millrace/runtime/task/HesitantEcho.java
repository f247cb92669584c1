package io.millrace.runtime.task;

import io.millrace.runtime.operators.OneInputOperator;

/** Emits what comes, and has no room once it has taken as many records as the test wants. */
public final class HesitantEcho extends OneInputOperator<Long, Long> {
  @Override
  public void process(Long value, long timestamp) throws Exception {
    out.process(value, timestamp);
    EchoRoom.onRecord.run();
    if (--EchoRoom.left <= 0) {
      context.roomLost();
    }
  }

  @Override
  public boolean hasRoom() {
    return EchoRoom.left > 0;
  }
}
