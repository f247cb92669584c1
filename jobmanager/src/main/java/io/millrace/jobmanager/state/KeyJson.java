package io.millrace.jobmanager.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.TypeSchema;
import io.millrace.core.types.schema.WrittenObject;
import io.millrace.core.types.schema.WrittenType;
import io.millrace.core.types.schema.WrittenVariant;
import java.io.IOException;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationTargetException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Reads keys as {@link ValueJson} writes them. */
public final class KeyJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private KeyJson() {}

  /**
   * The canonical encoding of a key.
   *
   * @param text JSON; text may go without its quotes
   * @param schema of the key
   * @throws IllegalArgumentException if it is no such key, saying what one looks like
   */
  public static byte[] encode(String text, TypeSchema schema) {
    BinaryWriter out = new BinaryWriter();
    try {
      WrittenType.ofKey(schema).write(value(parsed(text, schema), schema), out);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "The key " + text + " is no " + schema.name() + ": " + e.getMessage(), e);
    }
    return out.toByteArray();
  }

  private static JsonNode parsed(String text, TypeSchema schema) {
    try {
      JsonNode node = JSON.readTree(text);
      boolean isText = schema.basicType().filter(type -> type == String.class).isPresent();
      // 42 is text where keys are, as it may go without its quotes.
      return node == null || node.isMissingNode() || isText && !node.isTextual()
          ? new TextNode(text)
          : node;
    } catch (JsonProcessingException e) {
      return new TextNode(text);
    }
  }

  private static Object value(JsonNode node, TypeSchema schema) {
    return switch (schema.kind()) {
      case BASIC -> basic(node, schema);
      case ENUM -> constant(node, schema);
      case RECORD, POJO -> object(node, schema);
      case OPTIONAL -> Optional.ofNullable(nullable(node, schema.parts().get(0).schema()));
      case COLLECTION, ARRAY -> elements(node, schema);
      case SEALED -> variant(node, schema);
      case MAP, LATE, REFERENCE ->
          throw new IllegalArgumentException(
              "keys of the type " + schema.name() + " can't be written as JSON");
    };
  }

  private static Object nullable(JsonNode node, TypeSchema schema) {
    return node.isNull() ? null : value(node, schema);
  }

  private static Object constant(JsonNode node, TypeSchema schema) {
    if (!schema.constants().contains(node.asText())) {
      throw new IllegalArgumentException("it is one of " + schema.constants());
    }
    return node.asText();
  }

  private static WrittenObject object(JsonNode node, TypeSchema schema) {
    List<Object> fields = new ArrayList<>();
    for (TypeSchema.Part part : schema.parts()) {
      if (!node.has(part.name())) {
        throw new IllegalArgumentException(
            "it is an object with the fields "
                + schema.parts().stream().map(TypeSchema.Part::name).toList());
      }
      fields.add(nullable(node.get(part.name()), part.schema()));
    }
    return new WrittenObject(schema, fields);
  }

  private static List<Object> elements(JsonNode node, TypeSchema schema) {
    if (!node.isArray()) {
      throw new IllegalArgumentException("it is an array");
    }
    List<Object> elements = new ArrayList<>();
    node.forEach(element -> elements.add(nullable(element, schema.parts().get(0).schema())));
    return elements;
  }

  private static WrittenVariant variant(JsonNode node, TypeSchema schema) {
    String tag = node.path("@type").asText();
    for (TypeSchema.Part part : schema.parts()) {
      if (part.name().equals(tag)) {
        boolean isObject =
            part.schema().kind() == TypeSchema.Kind.RECORD
                || part.schema().kind() == TypeSchema.Kind.POJO;
        return new WrittenVariant(tag, value(isObject ? node : node.path("value"), part.schema()));
      }
    }
    throw new IllegalArgumentException(
        "it is an object whose @type is one of "
            + schema.parts().stream().map(TypeSchema.Part::name).toList());
  }

  private static Object basic(JsonNode node, TypeSchema schema) {
    Class<?> type =
        schema
            .basicType()
            .map(known -> MethodType.methodType(known).wrap().returnType()) // fields are primitive
            .orElseThrow(() -> new IllegalArgumentException("its type is not known here"));
    if (type == String.class) {
      return required(node, node.isTextual(), "text").asText();
    } else if (type == Boolean.class) {
      return required(node, node.isBoolean(), "true or false").asBoolean();
    } else if (type == Character.class) {
      return required(node, node.asText().length() == 1, "one character").asText().charAt(0);
    } else if (type == byte[].class) {
      try {
        return node.binaryValue();
      } catch (IOException e) {
        throw new IllegalArgumentException("it is Base64", e);
      }
    } else if (type == BigDecimal.class) {
      return required(node, node.isNumber(), "a number").decimalValue();
    } else if (Number.class.isAssignableFrom(type)) {
      return integer(required(node, node.isIntegralNumber(), "an integer").bigIntegerValue(), type);
    }
    return parsed(node.asText(), type);
  }

  private static Object integer(BigInteger value, Class<?> type) {
    try {
      if (type == Byte.class) {
        return value.byteValueExact();
      } else if (type == Short.class) {
        return value.shortValueExact();
      } else if (type == Integer.class) {
        return value.intValueExact();
      } else if (type == Long.class) {
        return value.longValueExact();
      }
      return value;
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("it is out of range", e);
    }
  }

  /** The types of {@code java.time}, as they write themselves. */
  private static Object parsed(String text, Class<?> type) {
    if (type == UUID.class) {
      return UUID.fromString(text);
    }
    try {
      return type.getMethod("parse", CharSequence.class).invoke(null, text);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(String.valueOf(e.getCause().getMessage()), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(
          "keys of the type " + type.getName() + " can't be written as JSON", e);
    }
  }

  private static JsonNode required(JsonNode node, boolean condition, String what) {
    if (!condition) {
      throw new IllegalArgumentException("it is " + what);
    }
    return node;
  }
}
