package io.millrace.core.types.schema;

import io.millrace.core.types.TypeSchema;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A record or a POJO as it was written.
 *
 * @param type what was written of its type
 * @param fields the values of the schema's parts, in that order; null where the field was
 */
public record WrittenObject(TypeSchema type, List<Object> fields) {
  public WrittenObject {
    fields = Collections.unmodifiableList(new ArrayList<>(fields));
  }
}
