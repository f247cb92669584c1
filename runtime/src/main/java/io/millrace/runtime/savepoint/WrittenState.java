package io.millrace.runtime.savepoint;

import io.millrace.runtime.state.StateHandles;

/**
 * The state of one subtask that has been written for a savepoint.
 *
 * @param uid of the operator whose state it is
 * @param maxParallelism number of key groups
 * @param handles with paths of its file
 */
public record WrittenState(String uid, int subtask, int maxParallelism, StateHandles handles) {}
