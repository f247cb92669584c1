package io.millrace.jobmanager.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.TypeSerializer;
import io.millrace.core.types.schema.WrittenObject;
import io.millrace.core.types.schema.WrittenType;
import io.millrace.core.types.schema.WrittenVariant;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/**
 * Generic values of state as JSON: records as objects, a value of a sealed type with its class as
 * {@code @type}, maps with other keys than strings as arrays of {@code key} and {@code value},
 * bytes as Base64, times as ISO 8601, numbers that JSON hasn't as strings.
 */
public final class ValueJson {
  private static final JsonNodeFactory NODES = JsonNodeFactory.withExactBigDecimals(true);
  private static final String TYPE = "@type";

  private ValueJson() {}

  public static JsonNode of(Object value) {
    if (value == null) {
      return NODES.nullNode();
    } else if (value instanceof Boolean bool) {
      return NODES.booleanNode(bool);
    } else if (value instanceof Number number) {
      return number(number);
    } else if (value instanceof byte[] bytes) {
      return NODES.binaryNode(bytes);
    } else if (value instanceof WrittenObject object) {
      return fields(NODES.objectNode(), object);
    } else if (value instanceof WrittenVariant variant) {
      ObjectNode node = NODES.objectNode().put(TYPE, variant.tag());
      return variant.value() instanceof WrittenObject object
          ? fields(node, object)
          : node.set("value", of(variant.value()));
    } else if (value instanceof Optional<?> optional) {
      return of(optional.orElse(null));
    } else if (value instanceof Collection<?> collection) {
      ArrayNode array = NODES.arrayNode();
      collection.forEach(element -> array.add(of(element)));
      return array;
    } else if (value instanceof Map<?, ?> map) {
      return map(map);
    } else if (value.getClass().isArray()) {
      ArrayNode array = NODES.arrayNode();
      for (int i = 0; i < Array.getLength(value); i++) {
        array.add(of(Array.get(value, i)));
      }
      return array;
    }
    return value.getClass().getClassLoader() == null
        ? NODES.textNode(value.toString())
        : ofObject(value);
  }

  private static JsonNode number(Number number) {
    if (number instanceof Double || number instanceof Float) {
      double value = number.doubleValue();
      return Double.isFinite(value)
          ? NODES.numberNode(new BigDecimal(number.toString()))
          : NODES.textNode(number.toString());
    } else if (number instanceof BigDecimal decimal) {
      return NODES.numberNode(decimal);
    } else if (number instanceof BigInteger integer) {
      return NODES.numberNode(integer);
    }
    return NODES.numberNode(number.longValue());
  }

  private static ObjectNode fields(ObjectNode node, WrittenObject object) {
    for (int i = 0; i < object.fields().size(); i++) {
      node.set(object.type().parts().get(i).name(), of(object.fields().get(i)));
    }
    return node;
  }

  private static JsonNode map(Map<?, ?> map) {
    if (map.keySet().stream().allMatch(String.class::isInstance)) {
      ObjectNode node = NODES.objectNode();
      map.forEach((key, value) -> node.set((String) key, of(value)));
      return node;
    }
    ArrayNode entries = NODES.arrayNode();
    map.forEach(
        (key, value) -> {
          ObjectNode entry = entries.addObject();
          entry.set("key", of(key));
          entry.set("value", of(value));
        });
    return entries;
  }

  /** An object of the program's: what it would be written as. */
  @SuppressWarnings("unchecked")
  private static JsonNode ofObject(Object value) {
    TypeInformation<Object> type = (TypeInformation<Object>) TypeInformation.of(value.getClass());
    TypeSerializer<Object> serializer = type.serializer();
    BinaryWriter out = new BinaryWriter();
    serializer.write(value, out);
    BinaryReader in = new BinaryReader(out.toByteArray(), value.getClass().getClassLoader());
    return of(WrittenType.of(type.schema()).read(in));
  }
}
