package io.millrace.jobmanager;

import io.millrace.runtime.id.TaskManagerId;
import java.time.Instant;

/** A registered TaskManager. */
public record TaskManagerView(
    TaskManagerId id,
    String host,
    int dataPort,
    int metricsPort,
    long processId,
    int slots,
    int freeSlots,
    Instant lastHeartbeat) {}
