package io.millrace.core.types.schema;

/**
 * A value of a sealed type as it was written.
 *
 * @param tag the name that the variant is written by
 */
public record WrittenVariant(String tag, Object value) {}
