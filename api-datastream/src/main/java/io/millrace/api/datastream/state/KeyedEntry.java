package io.millrace.api.datastream.state;

import java.time.Instant;
import java.util.Optional;

/**
 * What a savepoint has for one key.
 *
 * @param key of the stream; of broadcast state the map's
 * @param value of value, reducing and aggregating state the value or the accumulator, of a list all
 *     its elements, of a map all its entries; of a timer when it fires, in milliseconds since the
 *     epoch
 * @param updated when it, or of a list or a map what was written of it last, was last updated;
 *     empty if the state was written without a time to live. It may have expired since.
 */
public record KeyedEntry<K, V>(K key, V value, Optional<Instant> updated) {}
