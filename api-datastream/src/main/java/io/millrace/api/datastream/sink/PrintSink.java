package io.millrace.api.datastream.sink;

import io.millrace.core.sink.SinkContext;

/** Writes each record's text as a line to the standard output, with the number of its subtask. */
public final class PrintSink<T> extends SimpleSink<T> {
  private static final long serialVersionUID = 1L;

  private final String prefix;

  public PrintSink(String prefix) {
    this.prefix = prefix;
  }

  @Override
  Writer<T> writer(SinkContext context) {
    String number = context.parallelism() > 1 ? Integer.toString(context.subtaskIndex() + 1) : "";
    String colon = prefix.isEmpty() || number.isEmpty() ? "" : ":";
    String start = prefix + colon + number;
    String before = start.isEmpty() ? "" : start + "> ";
    return element -> System.out.println(before + element);
  }
}
