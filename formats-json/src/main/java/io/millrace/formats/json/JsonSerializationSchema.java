package io.millrace.formats.json;

import com.fasterxml.jackson.databind.ObjectWriter;
import io.millrace.core.format.SerializationSchema;
import java.io.IOException;

/**
 * Each record as one compact JSON document in UTF-8, fields in the order of declaration, times as
 * ISO-8601 text.
 */
public final class JsonSerializationSchema<T> implements SerializationSchema<T> {
  private static final long serialVersionUID = 1L;

  private transient ObjectWriter writer;

  @Override
  public void open() {
    writer = JsonMappers.create().writer();
  }

  @Override
  public byte[] serialize(T element) throws IOException {
    if (writer == null) {
      open();
    }
    return writer.writeValueAsBytes(element);
  }
}
