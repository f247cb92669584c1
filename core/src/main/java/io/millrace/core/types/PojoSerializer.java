package io.millrace.core.types;

import io.millrace.core.types.Shape.Level;
import io.millrace.core.types.Shape.Part;
import io.millrace.core.types.Shape.PojoShape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Mutable classes: the fields of every class of the hierarchy, topmost first.
 *
 * @param last the fields of the class of the values, the others being those of its superclasses
 */
record PojoSerializer(Class<?> type, PojoFields[] inherited, PojoFields last)
    implements TypeSerializer<Object> {
  static TypeSerializer<Object> create(
      PojoShape shape, Function<List<Part>, List<TypeSerializer<Object>>> parts) {
    List<PojoFields> levels = new ArrayList<>();
    for (Level level : shape.levels()) {
      levels.add(
          PojoGenerator.generate(level, parts.apply(level.fields()), level.type() == shape.type()));
    }
    PojoFields last = levels.remove(levels.size() - 1);
    return new PojoSerializer(shape.type(), levels.toArray(new PojoFields[0]), last);
  }

  @Override
  public void write(Object value, BinaryWriter out) {
    check(value);
    for (PojoFields level : inherited) {
      level.write(value, out);
    }
    last.write(value, out);
  }

  @Override
  public Object read(BinaryReader in) {
    Object value;
    try {
      value = last.create();
    } catch (RuntimeException e) {
      throw CorruptDataException.of(e, type.getName());
    }
    for (PojoFields level : inherited) {
      level.read(value, in);
    }
    last.read(value, in);
    return value;
  }

  @Override
  public Object copy(Object value) {
    check(value);
    Object copy = last.create();
    for (PojoFields level : inherited) {
      level.copy(value, copy);
    }
    last.copy(value, copy);
    return copy;
  }

  @Override
  public boolean isImmutable() {
    return false;
  }

  private void check(Object value) {
    if (value.getClass() != type) {
      throw new UnsupportedTypeException(
          "A "
              + value.getClass().getName()
              + " stands where its superclass "
              + type.getName()
              + " was declared; its own fields would be lost. Remedy: make the superclass a sealed"
              + " interface or an interface, or declare the subclass.");
    }
  }
}
