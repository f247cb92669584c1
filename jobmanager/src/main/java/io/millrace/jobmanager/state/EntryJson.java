package io.millrace.jobmanager.state;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.inspect.StateEntry;

/** Entries of state as JSON, one object each. */
public final class EntryJson {
  private EntryJson() {}

  public static ObjectNode of(StateEntry entry) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    entry.key().ifPresent(key -> node.set("key", ValueJson.of(key)));
    entry.pane().ifPresent(start -> node.put("pane", start));
    entry.timer().ifPresent(timestamp -> node.put("timer", timestamp));
    entry.userKey().ifPresent(key -> node.set("mapKey", ValueJson.of(key)));
    entry.updated().ifPresent(time -> node.put("updated", time));
    node.set("value", ValueJson.of(entry.value()));
    return node;
  }
}
