package io.millrace.core.types;

import io.millrace.core.types.Shape.Level;
import io.millrace.core.types.Shape.Part;
import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Writes the access to the fields of one class of a hierarchy, as its nestmate. */
final class PojoGenerator {
  private static final String WRITER = Type.getDescriptor(BinaryWriter.class);
  private static final String READER = Type.getDescriptor(BinaryReader.class);

  private PojoGenerator() {}

  /**
   * @param concrete whether it is the class of the values themselves, which is constructed
   */
  static PojoFields generate(
      Level level, List<TypeSerializer<Object>> serializers, boolean concrete) {
    ClassGenerator generator = new ClassGenerator(level.type(), "Fields", PojoFields.class);
    String owner = Type.getInternalName(level.type());
    List<FieldCode> fields = new ArrayList<>();
    for (int i = 0; i < serializers.size(); i++) {
      fields.add(new FieldCode(generator, level.fields().get(i), serializers.get(i)));
    }
    create(generator, owner, concrete);

    MethodVisitor write = generator.methodOf("write", "(Ljava/lang/Object;" + WRITER + ")V", 3);
    fields.forEach(field -> field.write(write, 3, 2));
    write.visitInsn(Opcodes.RETURN);
    ClassGenerator.end(write);

    MethodVisitor read = generator.methodOf("read", "(Ljava/lang/Object;" + READER + ")V", 3);
    Label end = generator.beginDecoding(read);
    for (int i = 0; i < fields.size(); i++) {
      read.visitVarInsn(Opcodes.ALOAD, 3);
      fields.get(i).read(read, 2);
      store(read, owner, level.fields().get(i));
    }
    read.visitInsn(Opcodes.RETURN);
    generator.endDecoding(read, end);
    ClassGenerator.end(read);

    MethodVisitor copy =
        generator.methodOf("copy", "(Ljava/lang/Object;Ljava/lang/Object;)V", 3, 4);
    for (int i = 0; i < fields.size(); i++) {
      copy.visitVarInsn(Opcodes.ALOAD, 4);
      fields.get(i).copy(copy, 3);
      store(copy, owner, level.fields().get(i));
    }
    copy.visitInsn(Opcodes.RETURN);
    ClassGenerator.end(copy);
    return (PojoFields) generator.instantiate();
  }

  private static void create(ClassGenerator generator, String owner, boolean concrete) {
    MethodVisitor create = generator.method("create", "()Ljava/lang/Object;");
    if (concrete) {
      create.visitTypeInsn(Opcodes.NEW, owner);
      create.visitInsn(Opcodes.DUP);
      create.visitMethodInsn(Opcodes.INVOKESPECIAL, owner, "<init>", "()V", false);
    } else {
      create.visitInsn(Opcodes.ACONST_NULL);
    }
    create.visitInsn(Opcodes.ARETURN);
    ClassGenerator.end(create);
  }

  private static void store(MethodVisitor method, String owner, Part field) {
    method.visitFieldInsn(
        Opcodes.PUTFIELD, owner, field.name(), Type.getDescriptor(field.declared()));
  }
}
