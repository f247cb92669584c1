package io.millrace.core.types;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.util.HashSet;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * The hidden field in which compilers before Java 18 keep the enclosing object of every inner
 * class, used or not. Where no code ever reads it, it is all that keeps an anonymous function from
 * being shipped, and can be let go.
 */
final class EnclosingReference {
  private EnclosingReference() {}

  /** Clears the reference of the function if no code of its class or of classes in it reads it. */
  static void releaseIfUnused(Object function) {
    if (function.getClass().getClassLoader() == null) {
      return;
    }
    for (Field field : function.getClass().getDeclaredFields()) {
      if (field.isSynthetic()
          && field.getName().startsWith("this$")
          && field.trySetAccessible()
          && !isRead(function.getClass(), field.getName())) {
        try {
          field.set(function, null);
        } catch (IllegalAccessException e) {
          return; // it stays, and is reported
        }
      }
    }
  }

  private static boolean isRead(Class<?> owner, String field) {
    String name = Type.getInternalName(owner);
    Set<String> inside = new HashSet<>(Set.of(name));
    FieldReads reads = new FieldReads(name, field, inside);
    Set<String> done = new HashSet<>();
    while (!reads.found && done.size() < inside.size()) {
      for (String next : Set.copyOf(inside)) {
        if (done.add(next) && !scan(owner.getClassLoader(), next, reads)) {
          return true; // no code to be seen: it may be read
        }
      }
    }
    return reads.found;
  }

  private static boolean scan(ClassLoader loader, String name, FieldReads reads) {
    try (InputStream in = loader.getResourceAsStream(name + ".class")) {
      if (in == null) {
        return false;
      }
      new ClassReader(in.readAllBytes())
          .accept(reads, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
      return true;
    } catch (IOException | IllegalArgumentException e) {
      return false;
    }
  }

  private static final class FieldReads extends ClassVisitor {
    private final String owner;
    private final String field;
    private final Set<String> inside;
    private boolean found;

    FieldReads(String owner, String field, Set<String> inside) {
      super(Opcodes.ASM9);
      this.owner = owner;
      this.field = field;
      this.inside = inside;
    }

    @Override
    public void visitInnerClass(String name, String outerName, String innerName, int access) {
      if (name.startsWith(owner + "$")) {
        inside.add(name);
      }
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      return new MethodVisitor(Opcodes.ASM9) {
        @Override
        public void visitFieldInsn(
            int opcode, String fieldOwner, String fieldName, String fieldDescriptor) {
          if (opcode == Opcodes.GETFIELD && fieldOwner.equals(owner) && fieldName.equals(field)) {
            found = true;
          }
        }
      };
    }
  }
}
