package io.millrace.core.types;

import java.util.Optional;

/**
 * A type whose serializer is written by hand.
 *
 * @param keyCodec empty if values can't be keys
 */
record BasicType<T>(
    Class<T> type,
    TypeSerializer<T> serializer,
    Optional<KeyCodec<T>> keyCodec,
    Optional<FlatLayout<T>> flatLayout) {}
