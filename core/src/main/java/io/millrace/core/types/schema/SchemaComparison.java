package io.millrace.core.types.schema;

import io.millrace.core.types.TypeSchema;
import io.millrace.core.types.TypeSchema.Kind;
import io.millrace.core.types.TypeSchema.Part;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Walks two schemas of a type side by side. One use, one thread. */
final class SchemaComparison {
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

  private record Pair(TypeSchema written, TypeSchema now) {}

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

  Conversion compare(TypeSchema written, TypeSchema now) {
    return compare(written, now, Findings.simpleName(now));
  }

  private Conversion compare(TypeSchema writtenPart, TypeSchema nowPart, String path) {
    TypeSchema written = resolve(writtenPart, enclosingWritten);
    TypeSchema now = resolve(nowPart, enclosingNow);
    Pair pair = new Pair(written, now);
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
    Class<?> boxedFrom = boxed(from.get());
    Class<?> boxedTo = boxed(to.get());
    Optional<UnaryOperator<Object>> widening =
        boxedFrom == boxedTo
            ? Optional.of(UnaryOperator.identity())
            : Widening.between(boxedFrom, boxedTo);
    if (widening.isEmpty()) {
      return found.refuse(path, written, now, ", which does not hold all of its values");
    }
    found.change(path, written, now);
    found.bytesChange();
    UnaryOperator<Object> wider = widening.get();
    return value -> value == null ? null : wider.apply(value);
  }

  private static Class<?> boxed(Class<?> type) {
    return MethodType.methodType(type).wrap().returnType();
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
    int count = now.parts().size();
    int[] from = new int[count];
    Conversion[] conversions = new Conversion[count];
    Object[] defaults = new Object[count];
    Set<Integer> taken = new HashSet<>();
    List<Object> fresh = null;
    for (int i = 0; i < count; i++) {
      Part part = now.parts().get(i);
      String partPath = path + "." + part.name();
      from[i] = find(written, now, part.name(), taken, partPath);
      if (from[i] >= 0) {
        taken.add(from[i]);
        conversions[i] = compare(written.parts().get(from[i]).schema(), part.schema(), partPath);
      } else {
        if (fresh == null) {
          fresh = classes.defaults(now).orElseGet(() -> nothing(now));
        }
        defaults[i] = fresh.get(i);
        found.change(partPath, "new, begins as " + shownValue(defaults[i]));
      }
    }
    dropped(written, taken, path);
    boolean same = count == written.parts().size();
    for (int i = 0; i < count; i++) {
      same &= from[i] == i;
    }
    if (!same) {
      found.bytesChange();
    }
    return value -> {
      if (value == null) {
        return null;
      }
      List<Object> fields = ((WrittenObject) value).fields();
      List<Object> converted = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        converted.add(from[i] < 0 ? defaults[i] : conversions[i].convert(fields.get(from[i])));
      }
      return new WrittenObject(now, converted);
    };
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

  /** Index of the written field that a field goes on with; -1 if it is new. */
  private int find(
      TypeSchema written, TypeSchema now, String name, Set<Integer> taken, String path) {
    int same = indexOf(written, name, taken);
    if (same >= 0) {
      return same;
    }
    for (String former : classes.formerNames(now, name)) {
      int renamed = indexOf(written, former, taken);
      if (renamed >= 0) {
        found.change(path, "was named " + former);
        return renamed;
      }
    }
    return -1;
  }

  private static int indexOf(TypeSchema type, String name, Set<Integer> taken) {
    for (int i = 0; i < type.parts().size(); i++) {
      if (type.parts().get(i).name().equals(name) && !taken.contains(i)) {
        return i;
      }
    }
    return -1;
  }

  private void dropped(TypeSchema written, Set<Integer> taken, String path) {
    for (int i = 0; i < written.parts().size(); i++) {
      if (taken.contains(i)) {
        continue;
      }
      String field = path + "." + written.parts().get(i).name();
      if (distinct > 0) {
        found.refuse(
            field
                + " is gone, but values that differed in it alone are keys of a map or elements of"
                + " a set, and would become one");
      } else {
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
    return value -> {
      if (value == null) {
        return null;
      }
      WrittenVariant variant = (WrittenVariant) value;
      return new WrittenVariant(
          tags.get(variant.tag()), conversions.get(variant.tag()).convert(variant.value()));
    };
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
      return converted;
    };
  }

  private Conversion entries(TypeSchema written, TypeSchema now, String path) {
    if (!Containers.holds(now, written)) {
      return found.refuse(path, written, now, "");
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
      return converted;
    };
  }
}
