package io.millrace.core.types;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Modifier;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Finds out whether the author of a record wrote its equals or hashCode. */
final class EqualsOverride {
  private EqualsOverride() {}

  static boolean isPresent(Class<?> record) {
    try {
      // The compiler makes its own methods final; whether a final one is its own, only code tells.
      boolean bothFinal =
          Modifier.isFinal(record.getDeclaredMethod("hashCode").getModifiers())
              && Modifier.isFinal(record.getDeclaredMethod("equals", Object.class).getModifiers());
      return !bothFinal || !isCompilersOwn(record);
    } catch (NoSuchMethodException e) {
      return false;
    }
  }

  private static boolean isCompilersOwn(Class<?> record) {
    String resource = record.getName().substring(record.getName().lastIndexOf('.') + 1) + ".class";
    try (InputStream in = record.getResourceAsStream(resource)) {
      if (in == null) {
        return true; // generated at run time, with final methods: nobody wrote them
      }
      int[] generated = new int[1];
      new ClassReader(in.readAllBytes())
          .accept(new Counter(generated), ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
      return generated[0] == 2;
    } catch (IOException | IllegalArgumentException e) {
      return true; // unreadable, or newer than the reader knows
    }
  }

  /** Counts the methods whose body is the one call that the compiler makes for records. */
  private static final class Counter extends ClassVisitor {
    private final int[] generated;

    Counter(int[] generated) {
      super(Opcodes.ASM9);
      this.generated = generated;
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      if (!(name.equals("hashCode") && descriptor.equals("()I"))
          && !(name.equals("equals") && descriptor.equals("(Ljava/lang/Object;)Z"))) {
        return null;
      }
      return new MethodVisitor(Opcodes.ASM9) {
        @Override
        public void visitInvokeDynamicInsn(
            String callName, String callDescriptor, Handle bootstrap, Object... arguments) {
          if (bootstrap.getOwner().equals("java/lang/runtime/ObjectMethods")) {
            generated[0]++;
          }
        }
      };
    }
  }
}
