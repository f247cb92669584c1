package io.millrace.benchmarks.workload;

import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.RestartSettings;
import java.nio.file.Path;

/**
 * What a workload's job is made for.
 *
 * @param records that the source makes
 * @param keys different ones, where the workload has keys to choose
 * @param tumbling windows that do not overlap, where there are windows
 * @param recordsPerSecond of the sources that keep a rate
 * @param kill the failure comes from outside, where there is one
 * @param checkpoints for jobs that are made without the environment, which has them too
 * @param restarts likewise
 * @param results directory of what the run leaves
 */
public record Setting(
    long records,
    int parallelism,
    long keys,
    boolean tumbling,
    double recordsPerSecond,
    boolean kill,
    CheckpointSettings checkpoints,
    RestartSettings restarts,
    Path results) {}
