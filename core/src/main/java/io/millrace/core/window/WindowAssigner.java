package io.millrace.core.window;

import io.millrace.core.function.Function;

/** Which windows a record belongs to. */
public sealed interface WindowAssigner extends Function
    permits TumblingEventTimeWindows, SlidingEventTimeWindows, EventTimeSessionWindows {}
