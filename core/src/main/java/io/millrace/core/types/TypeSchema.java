package io.millrace.core.types;

/** What a snapshot says of a type. */
public record TypeSchema(String description) {}
