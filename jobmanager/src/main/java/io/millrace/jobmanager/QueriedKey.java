package io.millrace.jobmanager;

import io.millrace.core.config.NearestName;
import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.TypeInformation;
import io.millrace.jobmanager.StateQueryException.Kind;
import io.millrace.jobmanager.state.KeyJson;
import io.millrace.runtime.classloading.UnreadableFunctionException;
import io.millrace.runtime.classloading.UserObjects;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.operators.EdgeSpec;
import io.millrace.runtime.state.KeyGroups;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A key that is asked for, and where its state is.
 *
 * @param type of the operator's keys
 * @param encoded the key in its canonical encoding
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record QueriedKey(JobVertex vertex, TypeInformation<?> type, byte[] encoded, int group) {
  /**
   * @param loader the job's
   * @throws StateQueryException if the job has no such operator with a key
   */
  static QueriedKey of(JobGraph graph, StateQuery query, ClassLoader loader) {
    JobVertex vertex = vertexOf(graph, query.uid());
    TypeInformation<?> type =
        keyType(graph, vertex, query.uid(), loader)
            .orElseThrow(
                () ->
                    new StateQueryException(
                        Kind.REFUSED,
                        "Operator " + query.uid() + " has no keyed state: its input has no key",
                        "Ask an operator behind a keyBy"));
    byte[] encoded;
    try {
      encoded = KeyJson.encode(query.key(), type.schema());
    } catch (IllegalArgumentException e) {
      throw new StateQueryException(
          Kind.REFUSED, e.getMessage(), "Write the key as 'millrace state dump' does");
    }
    return new QueriedKey(vertex, type, encoded, group(type, encoded, vertex, loader));
  }

  private static <K> int group(
      TypeInformation<K> type, byte[] encoded, JobVertex vertex, ClassLoader loader) {
    KeyCodec<K> codec = type.keyCodec();
    K key = codec.decode(new BinaryReader(encoded, loader));
    return KeyGroups.groupOf(codec.hash(key), vertex.maxParallelism());
  }

  private static JobVertex vertexOf(JobGraph graph, String uid) {
    List<String> uids = new ArrayList<>();
    for (JobVertex vertex : graph.vertices()) {
      for (OperatorNode operator : vertex.operators()) {
        if (operator.uid().equals(uid)) {
          return vertex;
        }
        uids.add(operator.uid());
      }
    }
    throw new StateQueryException(
        Kind.NOT_FOUND,
        "The job has no operator with the uid '" + uid + "', only " + uids,
        NearestName.of(uid, uids).map(near -> "Did you mean '" + near + "'?").orElse(""));
  }

  /** Only the head of a chain has one. */
  private static Optional<TypeInformation<?>> keyType(
      JobGraph graph, JobVertex vertex, String uid, ClassLoader loader) {
    if (!vertex.operators().get(0).uid().equals(uid)) {
      return Optional.empty();
    }
    for (JobEdge edge : graph.inputsOf(vertex.index())) {
      EdgeSpec<?, ?> spec;
      try {
        spec =
            (EdgeSpec<?, ?>)
                UserObjects.read(edge.spec(), loader, "An edge to operator " + vertex.name());
      } catch (UnreadableFunctionException e) {
        throw new StateQueryException(Kind.REFUSED, e.getMessage(), "");
      }
      if (spec.isKeyed()) {
        return Optional.of(spec.keyType());
      }
    }
    return Optional.empty();
  }
}
