package io.millrace.core.types;

import io.millrace.core.types.Shape.Part;
import io.millrace.core.types.Shape.RecordShape;
import java.util.List;
import java.util.Optional;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Writes the row layout of a record of primitives and immutable objects: a word or a reference a
 * field.
 */
final class RowLayoutGenerator {
  /** The local that has the value to be stored, behind the arguments. */
  private static final int VALUE = 6;

  private RowLayoutGenerator() {}

  static Optional<RowLayout<Object>> create(TypeTree tree) {
    return ShapeAnalyzer.analyze(tree, tree.name()) instanceof RecordShape type
            && !type.components().isEmpty()
            && type.components().stream()
                .allMatch(part -> part.declared().isPrimitive() || Immutability.of(part.type()))
        ? Optional.of(generate(type))
        : Optional.empty();
  }

  @SuppressWarnings("unchecked")
  private static RowLayout<Object> generate(RecordShape shape) {
    ClassGenerator generator = new ClassGenerator(shape.type(), "RowLayout", RowLayout.class);
    List<Part> fields = shape.components();
    int words = (int) fields.stream().filter(field -> field.declared().isPrimitive()).count();
    generator.returnConstant("words", words);
    generator.returnConstant("references", fields.size() - words);

    MethodVisitor store =
        generator.methodOf("store", "(Ljava/lang/Object;[JI[Ljava/lang/Object;I)V", VALUE);
    int word = 0;
    int reference = 0;
    for (Part field : fields) {
      if (field.declared().isPrimitive()) {
        position(store, 2, word++);
        generator.loadField(store, VALUE, field.name(), field.declared());
        FlatLayoutGenerator.toWord(store, field.declared());
        store.visitInsn(Opcodes.LASTORE);
      } else {
        storeReference(generator, store, field, reference++);
      }
    }
    store.visitInsn(Opcodes.RETURN);
    ClassGenerator.end(store);

    MethodVisitor load = generator.method("load", "([JI[Ljava/lang/Object;I)Ljava/lang/Object;");
    RecordGenerator.construct(load, shape, () -> loadFields(load, fields));
    ClassGenerator.end(load);
    return (RowLayout<Object>) generator.instantiate();
  }

  /** Only if it is another one: storing a reference costs the collector's barrier. */
  private static void storeReference(
      ClassGenerator generator, MethodVisitor store, Part field, int number) {
    Label same = new Label();
    position(store, 4, number);
    store.visitInsn(Opcodes.AALOAD);
    generator.loadField(store, VALUE, field.name(), field.declared());
    store.visitJumpInsn(Opcodes.IF_ACMPEQ, same);
    position(store, 4, number);
    generator.loadField(store, VALUE, field.name(), field.declared());
    store.visitInsn(Opcodes.AASTORE);
    store.visitLabel(same);
  }

  private static void loadFields(MethodVisitor load, List<Part> fields) {
    int word = 0;
    int reference = 0;
    for (Part field : fields) {
      if (field.declared().isPrimitive()) {
        position(load, 1, word++);
        load.visitInsn(Opcodes.LALOAD);
        FlatLayoutGenerator.fromWord(load, field.declared());
      } else {
        position(load, 3, reference++);
        load.visitInsn(Opcodes.AALOAD);
        load.visitTypeInsn(Opcodes.CHECKCAST, Type.getInternalName(field.declared()));
      }
    }
  }

  /** The array in a local, and the index in the next one plus a number. */
  private static void position(MethodVisitor method, int local, int number) {
    method.visitVarInsn(Opcodes.ALOAD, local);
    method.visitVarInsn(Opcodes.ILOAD, local + 1);
    ClassGenerator.push(method, number);
    method.visitInsn(Opcodes.IADD);
  }
}
