package io.millrace.runtime.task;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Tells a subtask that a processing time has come. A timer may lie a day ahead and cannot be taken
 * back: it holds only this, which forgets the subtask, and with it the job's classes, at its end.
 * From any thread.
 */
final class DueTime implements Runnable {
  private final AtomicReference<Runnable> target;

  DueTime(Runnable target) {
    this.target = new AtomicReference<>(target);
  }

  @Override
  public void run() {
    Runnable told = target.get();
    if (told != null) {
      told.run();
    }
  }

  void forget() {
    target.set(null);
  }
}
