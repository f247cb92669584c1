package io.millrace.runtime.operators;

import io.millrace.core.function.Function;
import io.millrace.core.function.OpenContext;
import io.millrace.core.function.RichFunction;

/** The life cycle of user functions. */
public final class Functions {
  private static final OpenContext OPEN = new OpenContext() {};

  private Functions() {}

  public static void open(Function function, OperatorContext context) throws Exception {
    if (function instanceof RichFunction rich) {
      rich.setRuntimeContext(context.runtimeContext());
      rich.open(OPEN);
    }
  }

  public static void close(Function function) throws Exception {
    if (function instanceof RichFunction rich) {
      rich.close();
    }
  }
}
