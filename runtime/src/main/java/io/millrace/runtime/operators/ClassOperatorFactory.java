package io.millrace.runtime.operators;

import java.io.Serializable;
import java.util.List;

/**
 * Makes an operator from its class and constructor arguments, so that shipping an operator needs no
 * class of its own.
 *
 * @param arguments serializable, without nulls, in the order of the only public constructor
 */
public record ClassOperatorFactory(
    Class<? extends Operator<?>> type, List<? extends Serializable> arguments)
    implements OperatorFactory {
  public ClassOperatorFactory {
    arguments = List.copyOf(arguments);
  }

  @SuppressWarnings({"rawtypes", "unchecked"})
  public static ClassOperatorFactory of(Class<? extends Operator> type, Serializable... arguments) {
    return new ClassOperatorFactory(
        (Class<? extends Operator<?>>) type, List.<Serializable>of(arguments));
  }

  @Override
  public Operator<?> create(OperatorMaker maker) {
    return maker.make(type, arguments.toArray());
  }
}
