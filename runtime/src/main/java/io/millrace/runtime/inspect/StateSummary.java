package io.millrace.runtime.inspect;

import io.millrace.runtime.state.StateMeta;
import java.util.OptionalLong;

/**
 * One state of an operator in a checkpoint or savepoint.
 *
 * @param uid of the operator
 * @param entries keys of keyed state, elements of operator state; of windows' panes one a key and
 *     pane; empty if they can't be told without a class that isn't there
 * @param bytes as written
 */
public record StateSummary(String uid, StateMeta meta, OptionalLong entries, long bytes) {}
