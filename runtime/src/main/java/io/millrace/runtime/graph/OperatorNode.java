package io.millrace.runtime.graph;

import java.util.Objects;

/**
 * One operator of a chain. What it does is opaque to the JobManager: bytes of an {@code
 * OperatorFactory}, read on the TaskManager with the job's class loader.
 *
 * @param uid identity of its state: the user's uid, else an explicit unique name, else derived and
 *     {@code uidExplicit} is false
 * @param parent index in the chain of the operator it gets its records from by direct call; -1 for
 *     the chain's head
 * @param parentTag empty for the parent's main output, else the id of the side output
 * @param kind what the JobManager must know of it
 * @param stateful whether it declares state of any kind
 * @param factory serialised factory
 */
public record OperatorNode(
    String uid,
    boolean uidExplicit,
    String name,
    int parent,
    String parentTag,
    Kind kind,
    boolean stateful,
    byte[] factory) {
  public OperatorNode {
    Objects.requireNonNull(uid, "uid");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(parentTag, "parentTag");
    Objects.requireNonNull(kind, "kind");
  }

  /** For messages: the name, and the uid if it is another. */
  public String described() {
    return "'" + name + "'" + (uidExplicit && !uid.equals(name) ? " (uid '" + uid + "')" : "");
  }

  /** What the JobManager must know of an operator. */
  public enum Kind {
    /** Has an enumerator beside the JobManager; always a head. */
    SOURCE,
    /** Results become visible through commits: the job needs a final checkpoint. */
    TRANSACTIONAL_SINK,
    /** All others. */
    OPERATOR
  }
}
