package io.millrace.runtime.operators.join;

/**
 * A record of one of two sides.
 *
 * @param isFirst which side it is of
 */
public record Sided(boolean isFirst, Object value) {}
