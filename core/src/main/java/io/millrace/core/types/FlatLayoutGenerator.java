package io.millrace.core.types;

import io.millrace.core.types.Shape.Basic;
import io.millrace.core.types.Shape.Part;
import io.millrace.core.types.Shape.RecordShape;
import java.util.List;
import java.util.Optional;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Writes the flat layout of a record of primitives: one word a field, numbers by their raw bits.
 */
final class FlatLayoutGenerator {
  private FlatLayoutGenerator() {}

  @SuppressWarnings("unchecked")
  static Optional<FlatLayout<Object>> create(TypeTree tree) {
    Shape shape = ShapeAnalyzer.analyze(tree, tree.name());
    if (shape instanceof Basic basic) {
      return (Optional<FlatLayout<Object>>) (Optional<?>) basic.type().flatLayout();
    }
    return shape instanceof RecordShape type
            && !type.components().isEmpty()
            && type.components().stream().allMatch(part -> part.declared().isPrimitive())
        ? Optional.of(generate(type))
        : Optional.empty();
  }

  @SuppressWarnings("unchecked")
  private static FlatLayout<Object> generate(RecordShape shape) {
    ClassGenerator generator = new ClassGenerator(shape.type(), "FlatLayout", FlatLayout.class);
    List<Part> fields = shape.components();
    generator.returnConstant("words", fields.size());

    MethodVisitor store = generator.methodOf("store", "(Ljava/lang/Object;[JI)V", 4);
    for (int i = 0; i < fields.size(); i++) {
      position(store, i);
      generator.loadField(store, 4, fields.get(i).name(), fields.get(i).declared());
      toWord(store, fields.get(i).declared());
      store.visitInsn(Opcodes.LASTORE);
    }
    store.visitInsn(Opcodes.RETURN);
    ClassGenerator.end(store);

    MethodVisitor load = generator.method("load", "([JI)Ljava/lang/Object;");
    RecordGenerator.construct(
        load,
        shape,
        () -> {
          for (int i = 0; i < fields.size(); i++) {
            load.visitVarInsn(Opcodes.ALOAD, 1);
            load.visitVarInsn(Opcodes.ILOAD, 2);
            ClassGenerator.push(load, i);
            load.visitInsn(Opcodes.IADD);
            load.visitInsn(Opcodes.LALOAD);
            fromWord(load, fields.get(i).declared());
          }
        });
    ClassGenerator.end(load);
    return (FlatLayout<Object>) generator.instantiate();
  }

  private static void position(MethodVisitor store, int i) {
    store.visitVarInsn(Opcodes.ALOAD, 2);
    store.visitVarInsn(Opcodes.ILOAD, 3);
    ClassGenerator.push(store, i);
    store.visitInsn(Opcodes.IADD);
  }

  static void toWord(MethodVisitor method, Class<?> type) {
    if (type == double.class) {
      ClassGenerator.invokeStatic(method, Double.class, "doubleToRawLongBits", "(D)J");
    } else if (type == float.class) {
      ClassGenerator.invokeStatic(method, Float.class, "floatToRawIntBits", "(F)I");
      method.visitInsn(Opcodes.I2L);
    } else if (type != long.class) {
      method.visitInsn(Opcodes.I2L);
    }
  }

  static void fromWord(MethodVisitor method, Class<?> type) {
    if (type == double.class) {
      ClassGenerator.invokeStatic(method, Double.class, "longBitsToDouble", "(J)D");
    } else if (type == float.class) {
      method.visitInsn(Opcodes.L2I);
      ClassGenerator.invokeStatic(method, Float.class, "intBitsToFloat", "(I)F");
    } else {
      KeyCodecGenerator.narrow(method, type);
    }
  }
}
