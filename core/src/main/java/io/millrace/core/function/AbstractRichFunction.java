package io.millrace.core.function;

/** Keeps the runtime context for a {@link RichFunction}. */
public abstract class AbstractRichFunction implements RichFunction {
  private transient RuntimeContext context;

  @Override
  public final void setRuntimeContext(RuntimeContext context) {
    this.context = context;
  }

  @Override
  public final RuntimeContext getRuntimeContext() {
    if (context == null) {
      throw new IllegalStateException(
          "The runtime context is there from open() on, not in the constructor of "
              + getClass().getName());
    }
    return context;
  }
}
