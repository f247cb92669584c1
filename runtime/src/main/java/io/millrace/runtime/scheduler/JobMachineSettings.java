package io.millrace.runtime.scheduler;

import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.id.JobId;
import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * What a {@link JobMachine} is made for.
 *
 * @param allowDroppedState whether state that no operator claims may be dropped on restore
 * @param slotPatience how long to wait for more slots before running smaller than asked for
 * @param jitter random numbers from 0 (inclusive) to 1 (exclusive), for the restart delay
 */
public record JobMachineSettings(
    JobId job,
    JobGraph graph,
    boolean allowDroppedState,
    Duration slotPatience,
    DoubleSupplier jitter) {}
