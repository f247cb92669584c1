package io.millrace.runtime.graph;

import io.millrace.runtime.submit.JobSubmissionException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The identities under which operators keep their state: the user's uid, else an explicit name that
 * is unique, else one derived from the kind of operator and its place among its kind. Chaining and
 * parallelism never take part (invariant U1).
 */
final class Identities {
  /**
   * @param explicit whether the user gave it, so that it survives changes of the graph
   */
  record Identity(String uid, boolean explicit) {}

  private final List<Identity> identities;

  private Identities(List<Identity> identities) {
    this.identities = identities;
  }

  Identity of(int node) {
    return identities.get(node);
  }

  /**
   * @throws JobSubmissionException if two operators have the same uid, naming both
   */
  static Identities of(LogicalGraph graph) {
    Map<String, LogicalNode> uids = new HashMap<>();
    Map<String, Integer> names = new HashMap<>();
    for (LogicalNode node : graph.nodes()) {
      node.label()
          .uid()
          .ifPresent(
              uid -> {
                LogicalNode other = uids.putIfAbsent(uid, node);
                if (other != null) {
                  throw new JobSubmissionException(
                      "The uid '"
                          + uid
                          + "' is given to two operators, '"
                          + other.name()
                          + "' and '"
                          + node.name()
                          + "': each needs one of its own, for its state");
                }
              });
      if (node.label().named()) {
        names.merge(node.name(), 1, Integer::sum);
      }
    }
    Map<String, Integer> kinds = new HashMap<>();
    List<Identity> identities = new ArrayList<>();
    for (LogicalNode node : graph.nodes()) {
      int place = kinds.merge(node.name(), 1, Integer::sum);
      if (node.label().uid().isPresent()) {
        identities.add(new Identity(node.label().uid().get(), true));
      } else if (node.label().named()
          && names.get(node.name()) == 1
          && !uids.containsKey(node.name())) {
        identities.add(new Identity(node.name(), true));
      } else {
        identities.add(new Identity("derived:" + node.name() + "#" + place, false));
      }
    }
    return new Identities(identities);
  }
}
