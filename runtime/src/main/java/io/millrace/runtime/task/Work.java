package io.millrace.runtime.task;

/** What is under way over the operators of a chain, while input and checkpoints wait. */
enum Work {
  NONE,
  WATERMARK,
  PROCESSING_TIME,
  END_OF_DATA
}
