package io.millrace.core.types;

import io.millrace.core.types.Shape.Part;
import io.millrace.core.types.Shape.RecordShape;
import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Writes the serializer of a record, field by field, as one would by hand. Fields are read as they
 * are, not through accessors, which a user may have changed; values are made by the canonical
 * constructor.
 */
final class RecordGenerator {
  private static final String WRITER = Type.getDescriptor(BinaryWriter.class);
  private static final String READER = Type.getDescriptor(BinaryReader.class);

  private RecordGenerator() {}

  /**
   * @param serializers one a component; not used for primitives and strings
   */
  @SuppressWarnings("unchecked")
  static TypeSerializer<Object> generate(
      RecordShape shape, List<TypeSerializer<Object>> serializers, boolean immutable) {
    ClassGenerator generator = new ClassGenerator(shape.type(), "Serializer", TypeSerializer.class);
    List<FieldCode> fields = new ArrayList<>();
    for (int i = 0; i < serializers.size(); i++) {
      fields.add(new FieldCode(generator, shape.components().get(i), serializers.get(i)));
    }
    MethodVisitor write = generator.methodOf("write", "(Ljava/lang/Object;" + WRITER + ")V", 3);
    fields.forEach(field -> field.write(write, 3, 2));
    write.visitInsn(Opcodes.RETURN);
    ClassGenerator.end(write);

    MethodVisitor read = generator.method("read", "(" + READER + ")Ljava/lang/Object;");
    Label end = generator.beginDecoding(read);
    construct(read, shape, () -> fields.forEach(field -> field.read(read, 1)));
    generator.endDecoding(read, end);
    ClassGenerator.end(read);

    String copyDescriptor = "(Ljava/lang/Object;)Ljava/lang/Object;";
    if (immutable) {
      MethodVisitor copy = generator.method("copy", copyDescriptor);
      copy.visitVarInsn(Opcodes.ALOAD, 1);
      copy.visitInsn(Opcodes.ARETURN);
      ClassGenerator.end(copy);
    } else {
      MethodVisitor copy = generator.methodOf("copy", copyDescriptor, 2);
      construct(copy, shape, () -> fields.forEach(field -> field.copy(copy, 2)));
      ClassGenerator.end(copy);
    }
    generator.returnConstant("isImmutable", immutable);
    return (TypeSerializer<Object>) generator.instantiate();
  }

  /** Calls the canonical constructor with what the action leaves on the stack, and returns. */
  static void construct(MethodVisitor method, RecordShape shape, Runnable arguments) {
    String owner = Type.getInternalName(shape.type());
    method.visitTypeInsn(Opcodes.NEW, owner);
    method.visitInsn(Opcodes.DUP);
    arguments.run();
    Type[] types =
        shape.components().stream()
            .map((Part part) -> Type.getType(part.declared()))
            .toArray(Type[]::new);
    method.visitMethodInsn(
        Opcodes.INVOKESPECIAL,
        owner,
        "<init>",
        Type.getMethodDescriptor(Type.VOID_TYPE, types),
        false);
    method.visitInsn(Opcodes.ARETURN);
  }
}
