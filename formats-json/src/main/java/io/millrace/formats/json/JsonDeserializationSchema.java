package io.millrace.formats.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectReader;
import io.millrace.core.format.DeserializationSchema;
import io.millrace.core.types.TypeInformation;
import java.io.IOException;
import java.util.Objects;

/**
 * One JSON document a record, bound directly to a Java record or class. Times are ISO-8601 text or
 * milliseconds. A missing or null primitive field, an unknown field (unless ignored) and anything
 * after the document are errors that name the field.
 */
public final class JsonDeserializationSchema<T> implements DeserializationSchema<T> {
  private static final long serialVersionUID = 1L;

  private final Class<T> type;
  private final boolean ignoreUnknownFields;
  private transient ObjectReader reader;

  public JsonDeserializationSchema(Class<T> type) {
    this(type, false);
  }

  private JsonDeserializationSchema(Class<T> type, boolean ignoreUnknownFields) {
    this.type = Objects.requireNonNull(type, "type");
    this.ignoreUnknownFields = ignoreUnknownFields;
  }

  /** The same schema, passing over fields that the type doesn't have. */
  public JsonDeserializationSchema<T> ignoreUnknownFields() {
    return new JsonDeserializationSchema<>(type, true);
  }

  @Override
  public void open() {
    ObjectReader made = JsonMappers.create().readerFor(type);
    reader =
        ignoreUnknownFields
            ? made.without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            : made.with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
  }

  @Override
  public T deserialize(byte[] bytes) throws IOException {
    if (reader == null) {
      open();
    }
    T value;
    try {
      value = reader.readValue(bytes);
    } catch (JsonMappingException e) {
      String field = field(e);
      throw new IOException(
          (field.isEmpty() ? "" : "Field '" + field + "' of ")
              + type.getSimpleName()
              + ": "
              + e.getOriginalMessage(),
          e);
    } catch (JsonProcessingException e) {
      throw new IOException("Not a JSON document: " + e.getOriginalMessage(), e);
    }
    if (value == null) {
      throw new IOException("A JSON null where " + type.getSimpleName() + " is wanted");
    }
    return value;
  }

  @Override
  public TypeInformation<T> producedType() {
    return TypeInformation.of(type);
  }

  private static String field(JsonMappingException e) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference step : e.getPath()) {
      if (step.getFieldName() != null) {
        path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
      } else if (step.getIndex() >= 0) {
        path.append('[').append(step.getIndex()).append(']');
      }
    }
    return path.toString();
  }
}
