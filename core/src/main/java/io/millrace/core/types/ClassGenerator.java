package io.millrace.core.types;

import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * What the generators share: a class beside the one it serves, with a no-argument constructor and
 * constants in static final fields, which the JIT compiler takes for what they are.
 */
final class ClassGenerator {
  private final Class<?> served;
  private final String name;
  private final ClassWriter writer;
  private final List<Object> constants = new ArrayList<>();
  private final List<Class<?>> constantTypes = new ArrayList<>();

  ClassGenerator(Class<?> served, String suffix, Class<?> contract) {
    this.served = served;
    this.name = served.getName().replace('.', '/') + "$$" + suffix;
    this.writer =
        new ClassWriter(ClassWriter.COMPUTE_FRAMES) {
          @Override
          protected String getCommonSuperClass(String left, String right) {
            return "java/lang/Object";
          }
        };
    writer.visit(
        Opcodes.V17,
        Opcodes.ACC_PUBLIC | Opcodes.ACC_FINAL | Opcodes.ACC_SYNTHETIC,
        name,
        null,
        "java/lang/Object",
        new String[] {Type.getInternalName(contract)});
    MethodVisitor constructor = method("<init>", "()V");
    constructor.visitVarInsn(Opcodes.ALOAD, 0);
    constructor.visitMethodInsn(Opcodes.INVOKESPECIAL, "java/lang/Object", "<init>", "()V", false);
    constructor.visitInsn(Opcodes.RETURN);
    end(constructor);
  }

  MethodVisitor method(String methodName, String descriptor) {
    MethodVisitor method =
        writer.visitMethod(Opcodes.ACC_PUBLIC, methodName, descriptor, null, null);
    method.visitCode();
    return method;
  }

  static void end(MethodVisitor method) {
    method.visitMaxs(0, 0);
    method.visitEnd();
  }

  /**
   * Begins a method that takes a value of the served class as its first argument, now in a local.
   */
  MethodVisitor methodOf(String methodName, String descriptor, int... locals) {
    MethodVisitor method = method(methodName, descriptor);
    for (int i = 0; i < locals.length; i++) {
      method.visitVarInsn(Opcodes.ALOAD, 1 + i);
      method.visitTypeInsn(Opcodes.CHECKCAST, Type.getInternalName(served));
      method.visitVarInsn(Opcodes.ASTORE, locals[i]);
    }
    return method;
  }

  void returnConstant(String methodName, boolean value) {
    MethodVisitor method = method(methodName, "()Z");
    method.visitInsn(value ? Opcodes.ICONST_1 : Opcodes.ICONST_0);
    method.visitInsn(Opcodes.IRETURN);
    end(method);
  }

  void returnConstant(String methodName, int value) {
    MethodVisitor method = method(methodName, "()I");
    push(method, value);
    method.visitInsn(Opcodes.IRETURN);
    end(method);
  }

  static void push(MethodVisitor method, int value) {
    if (value >= -1 && value <= 5) {
      method.visitInsn(Opcodes.ICONST_0 + value);
    } else if (value >= Short.MIN_VALUE && value <= Short.MAX_VALUE) {
      method.visitIntInsn(Opcodes.SIPUSH, value);
    } else {
      method.visitLdcInsn(value);
    }
  }

  /** Adds a constant of the given public type; the result is the field's number. */
  int constant(Class<?> type, Object value) {
    constants.add(value);
    constantTypes.add(type);
    return constants.size() - 1;
  }

  void loadConstant(MethodVisitor method, int number) {
    method.visitFieldInsn(
        Opcodes.GETSTATIC, name, "c" + number, Type.getDescriptor(constantTypes.get(number)));
  }

  /** Reads a field of the served class from the value in a local. */
  void loadField(MethodVisitor method, int local, String field, Class<?> type) {
    method.visitVarInsn(Opcodes.ALOAD, local);
    method.visitFieldInsn(
        Opcodes.GETFIELD, Type.getInternalName(served), field, Type.getDescriptor(type));
  }

  static void invoke(MethodVisitor method, Class<?> owner, String name, String descriptor) {
    boolean isInterface = owner.isInterface();
    method.visitMethodInsn(
        isInterface ? Opcodes.INVOKEINTERFACE : Opcodes.INVOKEVIRTUAL,
        Type.getInternalName(owner),
        name,
        descriptor,
        isInterface);
  }

  static void invokeStatic(MethodVisitor method, Class<?> owner, String name, String descriptor) {
    method.visitMethodInsn(
        Opcodes.INVOKESTATIC, Type.getInternalName(owner), name, descriptor, owner.isInterface());
  }

  static void cast(MethodVisitor method, Class<?> type) {
    if (type != Object.class) {
      method.visitTypeInsn(Opcodes.CHECKCAST, Type.getInternalName(type));
    }
  }

  /** Begins code of which any failure means that the data are corrupt. */
  Label beginDecoding(MethodVisitor method) {
    Label start = new Label();
    Label end = new Label();
    method.visitTryCatchBlock(start, end, end, "java/lang/RuntimeException");
    method.visitLabel(start);
    return end;
  }

  /** Ends such code, which must have returned. */
  void endDecoding(MethodVisitor method, Label end) {
    method.visitLabel(end);
    method.visitLdcInsn(served.getName());
    invokeStatic(
        method,
        CorruptDataException.class,
        "of",
        "(Ljava/lang/RuntimeException;Ljava/lang/String;)"
            + Type.getDescriptor(CorruptDataException.class));
    method.visitInsn(Opcodes.ATHROW);
  }

  /** Defines the class in the place of the one it serves and makes its instance. */
  Object instantiate() {
    MethodVisitor initializer =
        writer.visitMethod(Opcodes.ACC_STATIC, "<clinit>", "()V", null, null);
    initializer.visitCode();
    for (int i = 0; i < constants.size(); i++) {
      Type type = Type.getType(constantTypes.get(i));
      writer
          .visitField(
              Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC | Opcodes.ACC_FINAL,
              "c" + i,
              type.getDescriptor(),
              null,
              null)
          .visitEnd();
      invokeStatic(
          initializer, MethodHandles.class, "lookup", "()Ljava/lang/invoke/MethodHandles$Lookup;");
      initializer.visitLdcInsn("_");
      initializer.visitLdcInsn(type);
      push(initializer, i);
      invokeStatic(
          initializer,
          MethodHandles.class,
          "classDataAt",
          "(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/Class;I)"
              + "Ljava/lang/Object;");
      initializer.visitTypeInsn(Opcodes.CHECKCAST, type.getInternalName());
      initializer.visitFieldInsn(Opcodes.PUTSTATIC, name, "c" + i, type.getDescriptor());
    }
    initializer.visitInsn(Opcodes.RETURN);
    end(initializer);
    writer.visitEnd();
    return HiddenClasses.instantiate(served, writer.toByteArray(), constants);
  }
}
