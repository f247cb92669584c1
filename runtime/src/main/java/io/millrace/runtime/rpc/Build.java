package io.millrace.runtime.rpc;

/**
 * Which Millrace this is. Processes of one cluster must agree on all of it.
 *
 * @param version of the release
 * @param protocol of the control plane and the exchange; raised with every incompatible change
 */
public record Build(String version, int protocol) {
  public static final Build CURRENT = new Build("0.1.0", 3);

  @Override
  public String toString() {
    return "millrace " + version + " protocol " + protocol;
  }
}
