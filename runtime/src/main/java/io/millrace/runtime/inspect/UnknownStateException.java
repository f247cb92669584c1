package io.millrace.runtime.inspect;

import io.millrace.core.config.NearestName;
import java.util.Collection;

/** A savepoint has no operator or state of a name; the message says which there are. */
public final class UnknownStateException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private UnknownStateException(String message) {
    super(message);
  }

  /**
   * @param what was asked for, such as "operator with the uid"
   */
  public static UnknownStateException of(String what, String name, Collection<String> known) {
    return new UnknownStateException(
        "There is no "
            + what
            + " '"
            + name
            + "'"
            + NearestName.of(name, known).map(near -> "; did you mean '" + near + "'?").orElse("")
            + " There are "
            + known);
  }
}
