package io.millrace.api.datastream;

import java.util.Optional;

/** The class loader of the program that describes a job. */
final class Loaders {
  private Loaders() {}

  static ClassLoader ofProgram() {
    return Optional.ofNullable(Thread.currentThread().getContextClassLoader())
        .orElseGet(Loaders.class::getClassLoader);
  }
}
