package io.millrace.core.storage;

import java.time.Instant;

/**
 * A file of a store, as far as it can be told without reading it.
 *
 * @param path in the store
 * @param modified when it came to be under its name, by the store's clock; later is possible
 */
public record StoredFile(String path, long bytes, Instant modified) {}
