package io.millrace.jobmanager.enumerator;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;

/** Makes the threads of one job's enumerators; a hung one is left behind and another made. */
public interface EnumeratorThreads {
  /** One thread, {@code millrace-enumerator-...}. */
  ScheduledExecutorService calls();

  /** For the blocking calls that enumerators ask for. */
  ExecutorService io();
}
