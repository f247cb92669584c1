package io.millrace.runtime.rpc;

import io.grpc.Metadata;

/**
 * What every call of the control plane carries beside its message, so that it can be refused before
 * any handler sees it (invariant HB1).
 */
final class Fencing {
  /** The leader epoch the caller speaks to, 0 if it knows none; in answers, the leader's own. */
  static final Metadata.Key<String> EPOCH =
      Metadata.Key.of("millrace-epoch", Metadata.ASCII_STRING_MARSHALLER);

  static final Metadata.Key<String> BUILD =
      Metadata.Key.of("millrace-build", Metadata.ASCII_STRING_MARSHALLER);
  static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("millrace-token", Metadata.ASCII_STRING_MARSHALLER);

  /** In refusals: {@link #STALE_EPOCH}, or that another try is pointless. */
  static final Metadata.Key<String> REFUSAL =
      Metadata.Key.of("millrace-refusal", Metadata.ASCII_STRING_MARSHALLER);

  static final String STALE_EPOCH = "stale-epoch";
  static final String PERMANENT = "permanent";
  static final String TRANSIENT = "transient";

  private Fencing() {}
}
