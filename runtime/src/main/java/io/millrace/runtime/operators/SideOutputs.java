package io.millrace.runtime.operators;

import io.millrace.core.function.OutputTag;
import java.util.Arrays;

/**
 * Finds the receivers of an operator's side outputs. A tag object that is used again costs one
 * comparison; equal tags that are made anew each time are found by their id. Owned by the
 * operator's subtask.
 */
public final class SideOutputs {
  private final OperatorContext context;
  private OutputTag<?>[] tags = {};
  private Receiver<?>[] receivers = {};

  public SideOutputs(OperatorContext context) {
    this.context = context;
  }

  @SuppressWarnings("unchecked")
  public <X> Receiver<X> find(OutputTag<X> tag) {
    for (int i = 0; i < tags.length; i++) {
      if (tags[i] == tag) {
        return (Receiver<X>) receivers[i];
      }
    }
    for (int i = 0; i < tags.length; i++) {
      if (tags[i].equals(tag)) {
        return (Receiver<X>) receivers[i];
      }
    }
    return add(tag);
  }

  private <X> Receiver<X> add(OutputTag<X> tag) {
    Receiver<X> receiver = context.sideOutput(tag);
    int n = tags.length;
    tags = Arrays.copyOf(tags, n + 1);
    receivers = Arrays.copyOf(receivers, n + 1);
    tags[n] = tag;
    receivers[n] = receiver;
    return receiver;
  }
}
