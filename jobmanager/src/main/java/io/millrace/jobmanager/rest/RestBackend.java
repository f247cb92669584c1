package io.millrace.jobmanager.rest;

import io.millrace.jobmanager.Dispatcher;
import io.millrace.runtime.graph.JobGraph;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What stands behind the REST server.
 *
 * @param graphs reads a submitted job graph; throws if it is none
 * @param metrics the Prometheus page
 * @param version of this build
 */
public record RestBackend(
    Dispatcher dispatcher,
    Blobs blobs,
    Function<byte[], JobGraph> graphs,
    Supplier<String> metrics,
    String version) {

  /** Takes job jars. */
  @FunctionalInterface
  public interface Blobs {
    /** Stores the bytes durably; returns their key: SHA-256 in hexadecimal digits. */
    String put(InputStream bytes) throws IOException;
  }
}
