package io.millrace.core.source;

/**
 * A part of a source's input that one reader reads; its progress is inside it. Ids are unique
 * within the source.
 */
public interface SourceSplit {
  String splitId();
}
