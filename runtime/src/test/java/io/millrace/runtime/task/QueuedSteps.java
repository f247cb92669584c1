package io.millrace.runtime.task;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/** Keeps what is to be stepped until the test steps it. Wake-ups after a time are only noted. */
final class QueuedSteps implements TaskExecutor {
  final ArrayDeque<StepHandle> runnable = new ArrayDeque<>();

  /** The shortest time that each handle has asked for. */
  final Map<StepHandle, Long> wakeUps = new HashMap<>();

  @Override
  public void enqueue(StepHandle handle) {
    runnable.add(handle);
  }

  @Override
  public void wakeUpAfter(StepHandle handle, long nanos) {
    wakeUps.merge(handle, nanos, Math::min);
  }

  @Override
  public void forgetWakeUp(StepHandle handle) {
    wakeUps.remove(handle);
  }
}
