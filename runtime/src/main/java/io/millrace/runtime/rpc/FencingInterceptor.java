package io.millrace.runtime.rpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.millrace.runtime.id.LeaderEpoch;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Refuses, before any handler, calls of another build, without the token, or meant for another
 * leader (invariant HB1), and marks every answer with this leader's epoch. A caller that does not
 * know the epoch yet learns it from the refusal.
 */
final class FencingInterceptor implements ServerInterceptor {
  private final LeaderEpoch epoch;
  private final Build build;
  private final Optional<String> token;

  FencingInterceptor(LeaderEpoch epoch, Build build, Optional<String> token) {
    this.epoch = epoch;
    this.build = build;
    this.token = token;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String theirs = Optional.ofNullable(headers.get(Fencing.BUILD)).orElse("an unknown program");
    if (!theirs.equals(build.toString())) {
      return refuse(
          call,
          Fencing.PERMANENT,
          "This JobManager is "
              + build
              + ", the caller is "
              + theirs
              + ": install the same version on every machine of the cluster");
    }
    if (token.isPresent() && !sameToken(headers.get(Fencing.TOKEN))) {
      return refuse(
          call,
          Fencing.PERMANENT,
          "The cluster's token is missing or wrong: give this process the token file that 'millrace"
              + " cluster start' wrote");
    }
    if (!epoch.toString().equals(headers.get(Fencing.EPOCH))) {
      return refuse(
          call,
          Fencing.STALE_EPOCH,
          "The call is for leader epoch "
              + headers.get(Fencing.EPOCH)
              + ", this leader's is "
              + epoch);
    }
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void sendHeaders(Metadata answer) {
            answer.put(Fencing.EPOCH, epoch.toString());
            super.sendHeaders(answer);
          }
        },
        headers);
  }

  private boolean sameToken(String theirs) {
    return theirs != null
        && MessageDigest.isEqual(
            theirs.getBytes(StandardCharsets.UTF_8),
            token.orElseThrow().getBytes(StandardCharsets.UTF_8));
  }

  private <Q> ServerCall.Listener<Q> refuse(ServerCall<Q, ?> call, String refusal, String reason) {
    Metadata trailers = new Metadata();
    trailers.put(Fencing.REFUSAL, refusal);
    trailers.put(Fencing.EPOCH, epoch.toString());
    call.close(Status.FAILED_PRECONDITION.withDescription(reason), trailers);
    return new ServerCall.Listener<>() {};
  }
}
