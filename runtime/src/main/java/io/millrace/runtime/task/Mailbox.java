package io.millrace.runtime.task;

import io.millrace.runtime.operators.OperatorContext.Mail;
import org.jctools.queues.MpscUnboundedArrayQueue;

/** What other threads want done on the subtask's thread, in order. */
final class Mailbox {
  private final MpscUnboundedArrayQueue<Mail> queue = new MpscUnboundedArrayQueue<>(32);

  /** From any thread; the caller wakes the subtask. */
  void add(Mail mail) {
    queue.offer(mail);
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  /** Subtask's thread: runs what is there now. */
  void drain() throws Exception {
    Mail mail;
    while ((mail = queue.poll()) != null) {
      mail.run();
    }
  }
}
