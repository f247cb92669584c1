package io.millrace.testkit.simulation;

import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * A change to the byte code of one method of the engine and of the lambdas in it.
 *
 * @param type below {@code io/millrace/runtime/}
 * @param edit makes the change; says so each time
 */
record Patch(String type, String method, Edit edit) {
  private static final String ENGINE = "io/millrace/runtime/";

  /** Wraps the writer of a method's code. */
  @FunctionalInterface
  interface Edit {
    MethodVisitor on(MethodVisitor code, String descriptor, Runnable applied);
  }

  /** Writes what takes the place of a call; its receiver and arguments are on the stack. */
  @FunctionalInterface
  interface Replacement {
    void write(MethodVisitor code, int opcode, String owner, String name, String descriptor);
  }

  String file() {
    return ENGINE + type + ".class";
  }

  /** Refuses to do nothing: a patch that no longer fits its method must be written anew. */
  byte[] apply(byte[] original) {
    int[] applied = new int[1];
    ClassReader reader = new ClassReader(original);
    ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
    reader.accept(
        new ClassVisitor(Opcodes.ASM9, writer) {
          @Override
          public MethodVisitor visitMethod(
              int access, String name, String descriptor, String signature, String[] exceptions) {
            MethodVisitor code = super.visitMethod(access, name, descriptor, signature, exceptions);
            boolean concerned = name.equals(method) || name.startsWith("lambda$" + method + "$");
            return concerned ? edit.on(code, descriptor, () -> applied[0]++) : code;
          }
        },
        0);
    if (applied[0] == 0) {
      throw new AssertionError(
          "The planted bug no longer fits " + type + "." + method + ": write it anew");
    }
    return writer.toByteArray();
  }

  // ---- edits

  /** The method does nothing, and returns 0, false or null, or {@code constant} for a boolean. */
  static Edit returns(boolean constant) {
    return (code, descriptor, applied) -> {
      applied.run();
      code.visitCode();
      Type type = Type.getReturnType(descriptor);
      if (type.getSort() == Type.BOOLEAN) {
        code.visitInsn(constant ? Opcodes.ICONST_1 : Opcodes.ICONST_0);
      } else {
        pushDefault(code, type);
      }
      code.visitInsn(type.getOpcode(Opcodes.IRETURN));
      code.visitMaxs(0, 0);
      code.visitEnd();
      return new MethodVisitor(Opcodes.ASM9) {};
    };
  }

  /** The calls of that name, or of that owner and name, give way to something else. */
  static Edit calls(String callee, Replacement replacement) {
    return (code, descriptor, applied) ->
        new MethodVisitor(Opcodes.ASM9, code) {
          @Override
          public void visitMethodInsn(
              int opcode, String owner, String name, String called, boolean isInterface) {
            if (name.equals(callee) || (owner + "." + name).equals(callee)) {
              applied.run();
              replacement.write(mv, opcode, owner, name, called);
            } else {
              super.visitMethodInsn(opcode, owner, name, called, isInterface);
            }
          }
        };
  }

  /** The calls of that name are left out; their result is 0, false or null. */
  static Edit skips(String callee) {
    return calls(
        callee,
        (code, opcode, owner, name, descriptor) -> {
          dropCall(code, opcode, descriptor);
          pushDefault(code, Type.getReturnType(descriptor));
        });
  }

  /** The calls of that name are left out; their result is this. */
  static Edit answers(String callee, boolean result) {
    return calls(
        callee,
        (code, opcode, owner, name, descriptor) -> {
          dropCall(code, opcode, descriptor);
          code.visitInsn(result ? Opcodes.ICONST_1 : Opcodes.ICONST_0);
        });
  }

  /** The calls of that name are left out; their result is what they were called on. */
  static Edit passesThrough(String callee) {
    return calls(
        callee, (code, opcode, owner, name, descriptor) -> dropArguments(code, descriptor));
  }

  /** Another method of the same descriptor is called instead. */
  static Edit callsInstead(String callee, String other) {
    return calls(
        callee,
        (code, opcode, owner, name, descriptor) ->
            code.visitMethodInsn(
                opcode, owner, other, descriptor, opcode == Opcodes.INVOKEINTERFACE));
  }

  /** Assignments to the field have no effect. */
  static Edit keeps(String field) {
    return (code, descriptor, applied) ->
        new MethodVisitor(Opcodes.ASM9, code) {
          @Override
          public void visitFieldInsn(int opcode, String owner, String name, String type) {
            if (opcode == Opcodes.PUTFIELD && name.equals(field)) {
              applied.run();
              mv.visitInsn(Type.getType(type).getSize() == 2 ? Opcodes.POP2 : Opcodes.POP);
              mv.visitInsn(Opcodes.POP);
            } else {
              super.visitFieldInsn(opcode, owner, name, type);
            }
          }
        };
  }

  static void dropArguments(MethodVisitor code, String descriptor) {
    Type[] arguments = Type.getArgumentTypes(descriptor);
    for (int i = arguments.length - 1; i >= 0; i--) {
      code.visitInsn(arguments[i].getSize() == 2 ? Opcodes.POP2 : Opcodes.POP);
    }
  }

  static void dropCall(MethodVisitor code, int opcode, String descriptor) {
    dropArguments(code, descriptor);
    if (opcode != Opcodes.INVOKESTATIC) {
      code.visitInsn(Opcodes.POP);
    }
  }

  private static void pushDefault(MethodVisitor code, Type type) {
    switch (type.getSort()) {
      case Type.VOID -> {}
      case Type.LONG -> code.visitInsn(Opcodes.LCONST_0);
      case Type.FLOAT -> code.visitInsn(Opcodes.FCONST_0);
      case Type.DOUBLE -> code.visitInsn(Opcodes.DCONST_0);
      case Type.ARRAY, Type.OBJECT -> code.visitInsn(Opcodes.ACONST_NULL);
      default -> code.visitInsn(Opcodes.ICONST_0);
    }
  }
}
