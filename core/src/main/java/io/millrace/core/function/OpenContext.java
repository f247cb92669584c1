package io.millrace.core.function;

/** Passed to {@link RichFunction#open}; room for later additions. */
public interface OpenContext {}
