package io.millrace.core.types;

import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * The code for one field: primitives and strings are written and read in line, others through the
 * serializer that a constant holds.
 */
final class FieldCode {
  private static final String OBJECT_TO_WRITER =
      "(Ljava/lang/Object;" + Type.getDescriptor(BinaryWriter.class) + ")V";
  private static final String READER_TO_OBJECT =
      "(" + Type.getDescriptor(BinaryReader.class) + ")Ljava/lang/Object;";

  private final ClassGenerator generator;
  private final String name;
  private final Class<?> type;
  private final int serializer;
  private final boolean immutable;

  FieldCode(ClassGenerator generator, Shape.Part part, TypeSerializer<?> serializer) {
    this.generator = generator;
    this.name = part.name();
    this.type = part.declared();
    this.serializer = isInline() ? -1 : generator.constant(TypeSerializer.class, serializer);
    this.immutable = isInline() || serializer.isImmutable();
  }

  Class<?> type() {
    return type;
  }

  private boolean isInline() {
    return type.isPrimitive() || type == String.class;
  }

  /** Writes the field of the value in a local to the writer in another. */
  void write(MethodVisitor method, int value, int out) {
    if (isInline()) {
      method.visitVarInsn(Opcodes.ALOAD, out);
      generator.loadField(method, value, name, type);
      ClassGenerator.invoke(
          method,
          BinaryWriter.class,
          type == String.class ? "writeNullableString" : "write" + suffix(),
          "(" + Type.getDescriptor(writtenType()) + ")V");
      return;
    }
    generator.loadConstant(method, serializer);
    generator.loadField(method, value, name, type);
    method.visitVarInsn(Opcodes.ALOAD, out);
    ClassGenerator.invoke(method, TypeSerializer.class, "writeNullable", OBJECT_TO_WRITER);
  }

  /** Leaves what is read from the reader in a local on the stack. */
  void read(MethodVisitor method, int in) {
    if (isInline()) {
      method.visitVarInsn(Opcodes.ALOAD, in);
      Class<?> read = type == char.class ? short.class : type;
      ClassGenerator.invoke(
          method,
          BinaryReader.class,
          type == String.class ? "readNullableString" : "read" + suffix(),
          "()" + Type.getDescriptor(read));
      if (type == char.class) {
        method.visitInsn(Opcodes.I2C);
      }
      return;
    }
    generator.loadConstant(method, serializer);
    method.visitVarInsn(Opcodes.ALOAD, in);
    ClassGenerator.invoke(method, TypeSerializer.class, "readNullable", READER_TO_OBJECT);
    ClassGenerator.cast(method, type);
  }

  /** Leaves a copy of the field of the value in a local on the stack. */
  void copy(MethodVisitor method, int value) {
    if (immutable) {
      generator.loadField(method, value, name, type);
      return;
    }
    generator.loadConstant(method, serializer);
    generator.loadField(method, value, name, type);
    ClassGenerator.invoke(
        method, TypeSerializer.class, "copyNullable", "(Ljava/lang/Object;)Ljava/lang/Object;");
    ClassGenerator.cast(method, type);
  }

  private Class<?> writtenType() {
    return type == byte.class || type == short.class || type == char.class ? int.class : type;
  }

  private String suffix() {
    String word = type == char.class ? "short" : type.getName();
    return Character.toUpperCase(word.charAt(0)) + word.substring(1);
  }
}
