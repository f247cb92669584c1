package io.millrace.runtime.task;

import io.millrace.core.storage.FileStore;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.state.heap.KeyedBackends;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What subtasks need of the process (or the simulation) they run in.
 *
 * @param workers steps the subtasks
 * @param io runs what blocks: uploading snapshots, closing
 * @param timers calls back at a time
 * @param clock milliseconds since the epoch
 * @param nanoClock monotone nanoseconds, for measuring
 * @param checkpoints where snapshot files go
 * @param backends where keyed state lives
 * @param jobManager takes messages; from any thread, never blocks
 */
public record SubtaskServices(
    TaskExecutor workers,
    Executor io,
    ProcessingTimers timers,
    LongSupplier clock,
    LongSupplier nanoClock,
    FileStore checkpoints,
    KeyedBackends backends,
    Consumer<ToJobManager.OfSubtask> jobManager) {}
