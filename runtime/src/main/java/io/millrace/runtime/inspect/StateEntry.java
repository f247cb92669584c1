package io.millrace.runtime.inspect;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * One entry of a state in a checkpoint or savepoint. Keys and values are generic: see {@link
 * io.millrace.core.types.schema.WrittenType}.
 *
 * @param key of the stream; empty in operator state
 * @param userKey of an entry of a map; empty in other kinds
 * @param pane start of the window pane in milliseconds since the epoch; empty outside of windows
 * @param timer when the timer fires, in milliseconds since the epoch; empty in other kinds
 * @param updated when the entry was last updated, in milliseconds since the epoch; empty without a
 *     time to live
 * @param value the value; of a list and of a window's rows the {@code List} of them
 */
public record StateEntry(
    Optional<Object> key,
    Optional<Object> userKey,
    OptionalLong pane,
    OptionalLong timer,
    OptionalLong updated,
    Object value) {}
