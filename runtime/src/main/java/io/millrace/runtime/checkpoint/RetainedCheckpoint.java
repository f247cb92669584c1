package io.millrace.runtime.checkpoint;

import io.millrace.runtime.id.CheckpointId;

/**
 * A checkpoint in the store.
 *
 * @param directory relative to the store; its metadata file is in it
 * @param savepoint owned by the user: never deleted by the engine
 */
public record RetainedCheckpoint(CheckpointId id, String directory, boolean savepoint) {}
