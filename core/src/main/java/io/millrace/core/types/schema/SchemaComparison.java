package io.millrace.core.types.schema;

import io.millrace.core.types.TypeSchema;
import io.millrace.core.types.TypeSchema.Kind;
import io.millrace.core.types.TypeSchema.Part;
import io.millrace.core.types.UnsupportedTypeException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Walks two schemas of a type side by side. One use, one thread. */
final class SchemaComparison {
  private static final String WOULD_BECOME_ONE =
      ", and keys of a map or elements of a set would become one";

  private final CurrentClasses classes;
  private final Findings found = new Findings();

  /** Types around the ones being compared, by name: those that a reference may mean. */
  private final Map<String, TypeSchema> enclosingWritten = new HashMap<>();

  private final Map<String, TypeSchema> enclosingNow = new HashMap<>();
  private final Map<Pair, Deferred> inProgress = new HashMap<>();

  /** How deep within what must stay different where it was: keys of maps, elements of sets. */
  private int distinct;

  SchemaComparison(CurrentClasses classes) {
    this.classes = classes;
  }

  private record Pair(TypeSchema written, TypeSchema now, boolean distinct) {}

  /** Stands for a conversion that is still being made, where a type contains itself. */
  private static final class Deferred implements Conversion {
    private Conversion target; // set before the whole is used

    @Override
    public Object convert(Object value) {
      return target.convert(value);
    }
  }

  Findings found() {
    return found;
  }

  /** Of whole values, which are never null. */
  Conversion compare(TypeSchema written, TypeSchema now) {
    String path = Findings.simpleName(now);
    if (written.kind() == Kind.OPTIONAL && now.kind() != Kind.OPTIONAL) {
      return found.refuse(path, written, now, ": an empty one would be no value");
    }
    return compare(written, now, path);
  }

  private Conversion compare(TypeSchema writtenPart, TypeSchema nowPart, String path) {
    TypeSchema written = resolve(writtenPart, enclosingWritten);
    TypeSchema now = resolve(nowPart, enclosingNow);
    Pair pair = new Pair(written, now, distinct > 0);
    Deferred self = inProgress.get(pair);
    if (self != null) {
      return self;
    }
    self = new Deferred();
    inProgress.put(pair, self);
    boolean outerWritten = enclosingWritten.putIfAbsent(written.name(), written) == null;
    boolean outerNow = enclosingNow.putIfAbsent(now.name(), now) == null;
    self.target = conversion(written, now, path);
    if (outerWritten) {
      enclosingWritten.remove(written.name());
    }
    if (outerNow) {
      enclosingNow.remove(now.name());
    }
    inProgress.remove(pair);
    return self.target;
  }

  private static TypeSchema resolve(TypeSchema schema, Map<String, TypeSchema> enclosing) {
    return schema.kind() == Kind.REFERENCE ? enclosing.getOrDefault(schema.name(), schema) : schema;
  }

  private Conversion conversion(TypeSchema written, TypeSchema now, String path) {
    if (now.kind() == Kind.OPTIONAL && written.kind() != Kind.OPTIONAL) {
      return becameOptional(written, now, path);
    }
    if (written.kind() == Kind.OPTIONAL && now.kind() != Kind.OPTIONAL) {
      return isOptionalNoMore(written, now, path);
    }
    if (isObject(written) && isObject(now)) {
      return sameClass(written, now, path) ? fields(written, now, path) : Conversion.NONE;
    }
    if (Containers.isOne(written) && Containers.isOne(now)) {
      return elements(written, now, path);
    }
    if (written.kind() != now.kind()) {
      return found.refuse(path, written, now, "");
    }
    switch (now.kind()) {
      case BASIC:
        return basic(written, now, path);
      case ENUM:
        return sameClass(written, now, path) ? constants(written, now, path) : Conversion.NONE;
      case OPTIONAL:
        Conversion element = part(written, now, 0, path + "[]");
        return value ->
            value == null ? null : ((Optional<?>) value).map(held -> element.convert(held));
      case MAP:
        return entries(written, now, path);
      case SEALED:
        return sameClass(written, now, path) ? variants(written, now, path) : Conversion.NONE;
      case LATE:
        return written.name().equals(now.name())
            ? Conversion.NONE
            : found.refuse(path, written, now, "");
      default:
        return found.refuse(path, written, now, "");
    }
  }

  private static boolean isObject(TypeSchema type) {
    return type.kind() == Kind.RECORD || type.kind() == Kind.POJO;
  }

  private Conversion part(TypeSchema written, TypeSchema now, int i, String path) {
    return compare(written.parts().get(i).schema(), now.parts().get(i).schema(), path);
  }

  private Conversion becameOptional(TypeSchema written, TypeSchema now, String path) {
    found.change(path, written, now);
    found.bytesChange();
    Conversion held = compare(written, now.parts().get(0).schema(), path);
    return value -> Optional.ofNullable(value == null ? null : held.convert(value));
  }

  private Conversion isOptionalNoMore(TypeSchema written, TypeSchema now, String path) {
    if (isPrimitive(now)) {
      return found.refuse(path, written, now, ", which can't be empty");
    }
    if (distinct > 0) {
      return found.refuse(path, written, now, ": empty ones and nulls would become one");
    }
    found.change(path, written, now);
    found.bytesChange();
    Conversion held = compare(written.parts().get(0).schema(), now, path);
    return value -> {
      Object inner = value == null ? null : ((Optional<?>) value).orElse(null);
      return inner == null ? null : held.convert(inner);
    };
  }

  private static boolean isPrimitive(TypeSchema type) {
    return type.basicType().filter(Class::isPrimitive).isPresent();
  }

  private Conversion basic(TypeSchema written, TypeSchema now, String path) {
    if (written.name().equals(now.name())) {
      return Conversion.NONE;
    }
    Optional<Class<?>> from = written.basicType();
    Optional<Class<?>> to = now.basicType();
    if (from.isEmpty() || to.isEmpty()) {
      return found.refuse(path, written, now, "");
    }
    if (to.get().isPrimitive() && !from.get().isPrimitive()) {
      return found.refuse(path, written, now, ", which can't be null");
    }
    Optional<UnaryOperator<Object>> widening = Widening.between(from.get(), to.get());
    if (widening.isEmpty()) {
      return found.refuse(path, written, now, ", which does not hold all of its values");
    }
    found.change(path, written, now);
    found.bytesChange();
    UnaryOperator<Object> wider = widening.get();
    return value -> value == null ? null : wider.apply(value);
  }

  /** Whether it is the same class, perhaps under another name. */
  private boolean sameClass(TypeSchema written, TypeSchema now, String path) {
    String was = written.className();
    if (was.equals(now.className())) {
      return true;
    }
    if (classes.formerNames(now).contains(was)) {
      found.change(path, "class " + was + " is now " + now.className());
      return true;
    }
    found.refuseLost(path + " was of class " + was + " and is now of " + now.className(), was);
    return false;
  }

  private Conversion fields(TypeSchema written, TypeSchema now, String path) {
    FieldMatching match = new FieldMatching(written, now, classes);
    int count = now.parts().size();
    Conversion[] conversions = new Conversion[count];
    List<Object> fresh = nothing(now);
    if (IntStream.range(0, count).anyMatch(match::isNew)) {
      fresh = fresh(now, path);
    }
    for (int i = 0; i < count; i++) {
      Part part = now.parts().get(i);
      String partPath = path + "." + part.name();
      if (match.isNew(i)) {
        found.change(partPath, "new, begins as " + shownValue(fresh.get(i)));
        continue;
      }
      Part was = written.parts().get(match.from(i));
      if (!was.name().equals(part.name())) {
        found.change(partPath, "was named " + was.name());
      }
      conversions[i] = compare(was.schema(), part.schema(), partPath);
    }
    dropped(written, match, path);
    if (!match.isSame()) {
      found.bytesChange();
    }
    List<Object> defaults = fresh;
    return value -> {
      if (value == null) {
        return null;
      }
      List<Object> fields = ((WrittenObject) value).fields();
      List<Object> converted = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        converted.add(
            match.isNew(i) ? defaults.get(i) : conversions[i].convert(fields.get(match.from(i))));
      }
      return new WrittenObject(now, converted);
    };
  }

  /** What new fields begin with. */
  private List<Object> fresh(TypeSchema now, String path) {
    try {
      return classes.defaults(now).orElseGet(() -> nothing(now));
    } catch (UnsupportedTypeException e) {
      found.refuse(path + " has new fields, and " + e.getMessage());
      return nothing(now);
    }
  }

  private static String shownValue(Object value) {
    if (value instanceof Optional<?> optional && optional.isEmpty()
        || value instanceof List<?> list && list.isEmpty()
        || value instanceof Map<?, ?> map && map.isEmpty()) {
      return "empty";
    }
    return value instanceof String ? "\"" + value + "\"" : String.valueOf(value);
  }

  private static List<Object> nothing(TypeSchema type) {
    List<Object> values = new ArrayList<>();
    type.parts().forEach(part -> values.add(CurrentClasses.nothing(part.schema())));
    return values;
  }

  private void dropped(TypeSchema written, FieldMatching match, String path) {
    for (int i = 0; i < written.parts().size(); i++) {
      String field = path + "." + written.parts().get(i).name();
      if (match.isDropped(i) && distinct > 0) {
        found.refuse(field + " is gone, but values may differ in it alone" + WOULD_BECOME_ONE);
      } else if (match.isDropped(i)) {
        found.change(field, "dropped");
      }
    }
  }

  private Conversion constants(TypeSchema written, TypeSchema now, String path) {
    Map<String, String> renamed = new HashMap<>();
    for (String constant : now.constants()) {
      for (String former : classes.formerNames(now, constant)) {
        if (written.constants().contains(former) && !now.constants().contains(former)) {
          renamed.put(former, constant);
        }
      }
    }
    for (String constant : written.constants()) {
      if (renamed.containsKey(constant)) {
        found.change(path, "constant " + constant + " is now " + renamed.get(constant));
        found.bytesChange();
      } else if (!now.constants().contains(constant)) {
        found.refuseLost(path + " has lost the constant " + constant, constant);
      }
    }
    requireDistinct(
        written.constants().stream().map(name -> renamed.getOrDefault(name, name)).toList(), path);
    return value -> value == null ? null : renamed.getOrDefault((String) value, (String) value);
  }

  private Conversion variants(TypeSchema written, TypeSchema now, String path) {
    Map<String, String> tags = new HashMap<>();
    Map<String, Conversion> conversions = new LinkedHashMap<>();
    for (Part variant : written.parts()) {
      String tag = variant.name();
      Optional<Part> current = variantOf(now, variant);
      if (current.isEmpty()) {
        found.refuseLost(path + " has lost the class " + tag, variant.schema().className());
        continue;
      }
      tags.put(tag, current.get().name());
      if (!tag.equals(current.get().name())) {
        found.bytesChange();
      }
      conversions.put(tag, compare(variant.schema(), current.get().schema(), path + "|" + tag));
    }
    requireDistinct(tags.values(), path);
    return value -> {
      if (value == null) {
        return null;
      }
      WrittenVariant variant = (WrittenVariant) value;
      return new WrittenVariant(
          tags.get(variant.tag()), conversions.get(variant.tag()).convert(variant.value()));
    };
  }

  /** Two that are one now are two keys that are one. */
  private void requireDistinct(Collection<String> names, String path) {
    if (distinct > 0 && new HashSet<>(names).size() < names.size()) {
      found.refuse(path + " gives one name to what had two" + WOULD_BECOME_ONE);
    }
  }

  private Optional<Part> variantOf(TypeSchema now, Part written) {
    Optional<Part> same =
        now.parts().stream().filter(part -> part.name().equals(written.name())).findFirst();
    if (same.isPresent()) {
      return same;
    }
    // Tags are short where the class is in the sealed type's package: they change if that moves.
    String was = written.schema().className();
    return now.parts().stream()
        .filter(
            part ->
                part.schema().className().equals(was)
                    || classes.formerNames(part.schema()).contains(was))
        .findFirst();
  }

  private Conversion elements(TypeSchema written, TypeSchema now, String path) {
    if (!Containers.holds(now, written)) {
      return found.refuse(path, written, now, "");
    }
    if (!Containers.isSame(written, now)) {
      found.change(path, written, now);
    }
    boolean set = Containers.isSet(now);
    distinct += set ? 1 : 0;
    Conversion element = part(written, now, 0, path + "[]");
    distinct -= set ? 1 : 0;
    return value -> {
      if (value == null) {
        return null;
      }
      List<Object> converted = new ArrayList<>();
      ((List<?>) value).forEach(held -> converted.add(element.convert(held)));
      return set ? Containers.requireDistinct(converted, path) : converted;
    };
  }

  private Conversion entries(TypeSchema written, TypeSchema now, String path) {
    if (!Containers.holds(now, written)) {
      return found.refuse(path, written, now, "");
    }
    if (!Containers.isSame(written, now)) {
      found.change(path, written, now);
    }
    distinct++;
    Conversion key = part(written, now, 0, path + "[key]");
    distinct--;
    Conversion held = part(written, now, 1, path + "[value]");
    return value -> {
      if (value == null) {
        return null;
      }
      Map<Object, Object> converted = new LinkedHashMap<>();
      ((Map<?, ?>) value).forEach((k, v) -> converted.put(key.convert(k), held.convert(v)));
      if (converted.size() < ((Map<?, ?>) value).size()) {
        throw Containers.becameOne(path);
      }
      return converted;
    };
  }
}
