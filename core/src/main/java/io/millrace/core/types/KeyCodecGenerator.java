package io.millrace.core.types;

import io.millrace.core.types.Shape.Part;
import io.millrace.core.types.Shape.RecordShape;
import java.util.List;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Writes the key codec of a record: fields are compared and hashed one by one, without an encoding
 * or an object. A record of one integer is that integer.
 */
final class KeyCodecGenerator {
  private static final String WRITER = Type.getDescriptor(BinaryWriter.class);
  private static final String READER = Type.getDescriptor(BinaryReader.class);
  private static final String CODEC = Type.getDescriptor(KeyCodec.class);

  private final ClassGenerator generator;
  private final RecordShape shape;
  private final int[] codecs;

  private KeyCodecGenerator(RecordShape shape, List<KeyCodec<Object>> codecs) {
    this.shape = shape;
    this.generator = new ClassGenerator(shape.type(), "KeyCodec", KeyCodec.class);
    this.codecs = new int[codecs.size()];
    for (int i = 0; i < this.codecs.length; i++) {
      this.codecs[i] =
          isInline(shape.components().get(i).declared())
              ? -1
              : generator.constant(KeyCodec.class, codecs.get(i));
    }
  }

  @SuppressWarnings("unchecked")
  static KeyCodec<Object> generate(RecordShape shape, List<KeyCodec<Object>> codecs) {
    return (KeyCodec<Object>) new KeyCodecGenerator(shape, codecs).generate();
  }

  private Object generate() {
    boolean isLong = codecs.length == 1 && type(0).isPrimitive();
    generator.returnConstant("isLong", isLong);
    toLong(isLong);
    fromLong(isLong);
    hash(isLong);
    sameKey();
    encode();
    decode();
    return generator.instantiate();
  }

  private static boolean isInline(Class<?> type) {
    return type.isPrimitive() || type == String.class;
  }

  private Class<?> type(int i) {
    return shape.components().get(i).declared();
  }

  private void loadField(MethodVisitor method, int local, int i) {
    Part part = shape.components().get(i);
    generator.loadField(method, local, part.name(), part.declared());
  }

  /** Leaves a primitive field as a long. */
  private void loadLong(MethodVisitor method, int local, int i) {
    loadField(method, local, i);
    if (type(i) != long.class) {
      method.visitInsn(Opcodes.I2L);
    }
  }

  /** Turns a long into an integer of the type, a character or a boolean. */
  static void narrow(MethodVisitor method, Class<?> type) {
    if (type == long.class) {
      return;
    }
    if (type == boolean.class) {
      method.visitInsn(Opcodes.LCONST_0);
      method.visitInsn(Opcodes.LCMP);
      // -1, 0 or 1: its lowest bit says whether it was anything but 0
      method.visitInsn(Opcodes.ICONST_1);
      method.visitInsn(Opcodes.IAND);
      return;
    }
    method.visitInsn(Opcodes.L2I);
    if (type == byte.class) {
      method.visitInsn(Opcodes.I2B);
    } else if (type == short.class) {
      method.visitInsn(Opcodes.I2S);
    } else if (type == char.class) {
      method.visitInsn(Opcodes.I2C);
    }
  }

  private void toLong(boolean isLong) {
    if (!isLong) {
      unsupported("toLong", "(Ljava/lang/Object;)J");
      return;
    }
    MethodVisitor method = generator.methodOf("toLong", "(Ljava/lang/Object;)J", 2);
    loadLong(method, 2, 0);
    method.visitInsn(Opcodes.LRETURN);
    ClassGenerator.end(method);
  }

  private void fromLong(boolean isLong) {
    if (!isLong) {
      unsupported("fromLong", "(J)Ljava/lang/Object;");
      return;
    }
    MethodVisitor method = generator.method("fromLong", "(J)Ljava/lang/Object;");
    RecordGenerator.construct(
        method,
        shape,
        () -> {
          method.visitVarInsn(Opcodes.LLOAD, 1);
          narrow(method, type(0));
        });
    ClassGenerator.end(method);
  }

  private void unsupported(String name, String descriptor) {
    MethodVisitor method = generator.method(name, descriptor);
    String exception = Type.getInternalName(UnsupportedOperationException.class);
    method.visitTypeInsn(Opcodes.NEW, exception);
    method.visitInsn(Opcodes.DUP);
    method.visitLdcInsn(shape.type().getName() + " is no integer key; ask isLong() first");
    method.visitMethodInsn(
        Opcodes.INVOKESPECIAL, exception, "<init>", "(Ljava/lang/String;)V", false);
    method.visitInsn(Opcodes.ATHROW);
    ClassGenerator.end(method);
  }

  private void hash(boolean isLong) {
    MethodVisitor method = generator.methodOf("hash", "(Ljava/lang/Object;)I", 2);
    if (isLong) {
      loadLong(method, 2, 0);
      ClassGenerator.invokeStatic(method, KeyHash.class, "ofLong", "(J)I");
    } else {
      ClassGenerator.push(method, codecs.length);
      ClassGenerator.invokeStatic(method, KeyHash.class, "start", "(I)J");
      for (int i = 0; i < codecs.length; i++) {
        loadWord(method, i);
        ClassGenerator.invokeStatic(method, KeyHash.class, "fold", "(JJ)J");
      }
      ClassGenerator.invokeStatic(method, KeyHash.class, "finish", "(J)I");
    }
    method.visitInsn(Opcodes.IRETURN);
    ClassGenerator.end(method);
  }

  private void loadWord(MethodVisitor method, int i) {
    if (type(i).isPrimitive()) {
      loadLong(method, 2, i);
    } else if (type(i) == String.class) {
      loadField(method, 2, i);
      ClassGenerator.invokeStatic(method, KeyHash.class, "word", "(Ljava/lang/String;)J");
    } else {
      generator.loadConstant(method, codecs[i]);
      loadField(method, 2, i);
      ClassGenerator.invokeStatic(
          method, KeyHash.class, "word", "(" + CODEC + "Ljava/lang/Object;)J");
    }
  }

  private void sameKey() {
    MethodVisitor method =
        generator.methodOf("sameKey", "(Ljava/lang/Object;Ljava/lang/Object;)Z", 3, 4);
    Label different = new Label();
    for (int i = 0; i < codecs.length; i++) {
      if (type(i).isPrimitive()) {
        loadLong(method, 3, i);
        loadLong(method, 4, i);
        method.visitInsn(Opcodes.LCMP);
        method.visitJumpInsn(Opcodes.IFNE, different);
        continue;
      }
      if (codecs[i] >= 0) {
        generator.loadConstant(method, codecs[i]);
      }
      loadField(method, 3, i);
      loadField(method, 4, i);
      ClassGenerator.invokeStatic(
          method,
          KeyHash.class,
          "same",
          codecs[i] >= 0
              ? "(" + CODEC + "Ljava/lang/Object;Ljava/lang/Object;)Z"
              : "(Ljava/lang/String;Ljava/lang/String;)Z");
      method.visitJumpInsn(Opcodes.IFEQ, different);
    }
    method.visitInsn(Opcodes.ICONST_1);
    method.visitInsn(Opcodes.IRETURN);
    method.visitLabel(different);
    method.visitInsn(Opcodes.ICONST_0);
    method.visitInsn(Opcodes.IRETURN);
    ClassGenerator.end(method);
  }

  private void encode() {
    MethodVisitor method = generator.methodOf("encode", "(Ljava/lang/Object;" + WRITER + ")V", 3);
    for (int i = 0; i < codecs.length; i++) {
      if (codecs[i] >= 0) {
        generator.loadConstant(method, codecs[i]);
        loadField(method, 3, i);
        method.visitVarInsn(Opcodes.ALOAD, 2);
        ClassGenerator.invoke(
            method, KeyCodec.class, "encodeNullable", "(Ljava/lang/Object;" + WRITER + ")V");
        continue;
      }
      method.visitVarInsn(Opcodes.ALOAD, 2);
      if (type(i) == String.class) {
        loadField(method, 3, i);
        ClassGenerator.invoke(
            method, BinaryWriter.class, "writeNullableString", "(Ljava/lang/String;)V");
      } else {
        loadLong(method, 3, i);
        ClassGenerator.invoke(method, BinaryWriter.class, "writeLong", "(J)V");
      }
    }
    method.visitInsn(Opcodes.RETURN);
    ClassGenerator.end(method);
  }

  private void decode() {
    MethodVisitor method = generator.method("decode", "(" + READER + ")Ljava/lang/Object;");
    Label end = generator.beginDecoding(method);
    RecordGenerator.construct(method, shape, () -> readFields(method));
    generator.endDecoding(method, end);
    ClassGenerator.end(method);
  }

  private void readFields(MethodVisitor method) {
    for (int i = 0; i < codecs.length; i++) {
      if (codecs[i] >= 0) {
        generator.loadConstant(method, codecs[i]);
        method.visitVarInsn(Opcodes.ALOAD, 1);
        ClassGenerator.invoke(
            method, KeyCodec.class, "decodeNullable", "(" + READER + ")Ljava/lang/Object;");
        ClassGenerator.cast(method, type(i));
        continue;
      }
      method.visitVarInsn(Opcodes.ALOAD, 1);
      if (type(i) == String.class) {
        ClassGenerator.invoke(
            method, BinaryReader.class, "readNullableString", "()Ljava/lang/String;");
      } else {
        ClassGenerator.invoke(method, BinaryReader.class, "readLong", "()J");
        narrow(method, type(i));
      }
    }
  }
}
