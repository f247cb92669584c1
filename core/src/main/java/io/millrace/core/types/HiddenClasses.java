package io.millrace.core.types;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.util.List;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Defines generated classes as hidden nestmates of the class they serve, so that private and local
 * records can be reached; they are unloaded with it.
 */
final class HiddenClasses {
  private static final String ANCHOR = "Millrace$Access";

  private HiddenClasses() {}

  /**
   * @throws UnsupportedTypeException if the class's module keeps it from being reached
   */
  static void checkAccess(Class<?> type, String path) {
    try {
      MethodHandles.privateLookupIn(type, MethodHandles.lookup());
    } catch (IllegalAccessException e) {
      throw ShapeAnalyzer.refuse(
          path,
          type,
          "is in " + type.getModule() + " which does not open " + type.getPackageName(),
          "write 'opens "
              + type.getPackageName()
              + "' in its module-info, or start the JVM with"
              + " --add-opens "
              + type.getModule().getName()
              + "/"
              + type.getPackageName()
              + "=ALL-UNNAMED");
    }
  }

  /** Defines the class and makes its one instance; it finds the constants as its class data. */
  static Object instantiate(Class<?> type, byte[] classFile, List<Object> constants) {
    try {
      Lookup lookup =
          fullLookup(type)
              .defineHiddenClassWithClassData(
                  classFile, constants, true, Lookup.ClassOption.NESTMATE);
      return lookup
          .findConstructor(lookup.lookupClass(), MethodType.methodType(void.class))
          .invoke();
    } catch (Throwable e) {
      throw new UnsupportedTypeException(
          "No serializer could be generated for " + type.getName() + ": " + e, e);
    }
  }

  private static Lookup fullLookup(Class<?> type) throws Throwable {
    Lookup lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
    if (lookup.hasFullPrivilegeAccess()) {
      return lookup;
    }
    // The class is of another module, such as the unnamed one of the job's class loader, where a
    // foreign lookup may define ordinary classes but no hidden ones. So one ordinary class a
    // package
    // lends its own lookup.
    Class<?> anchor = anchor(type, lookup);
    Lookup local =
        (Lookup)
            MethodHandles.privateLookupIn(anchor, MethodHandles.lookup())
                .findStatic(anchor, "lookup", MethodType.methodType(Lookup.class))
                .invoke();
    return MethodHandles.privateLookupIn(type, local);
  }

  private static Class<?> anchor(Class<?> type, Lookup lookup) throws Exception {
    String packageName = type.getPackageName();
    String name = packageName.isEmpty() ? ANCHOR : packageName + "." + ANCHOR;
    try {
      return lookup.defineClass(anchorClass(name.replace('.', '/')));
    } catch (LinkageError alreadyDefined) {
      return Class.forName(name, true, type.getClassLoader());
    }
  }

  private static byte[] anchorClass(String name) {
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    writer.visit(
        Opcodes.V17,
        Opcodes.ACC_FINAL | Opcodes.ACC_SYNTHETIC,
        name,
        null,
        "java/lang/Object",
        null);
    String descriptor = "()Ljava/lang/invoke/MethodHandles$Lookup;";
    MethodVisitor method =
        writer.visitMethod(
            Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC, "lookup", descriptor, null, null);
    method.visitCode();
    method.visitMethodInsn(
        Opcodes.INVOKESTATIC, "java/lang/invoke/MethodHandles", "lookup", descriptor, false);
    method.visitInsn(Opcodes.ARETURN);
    method.visitMaxs(0, 0);
    method.visitEnd();
    writer.visitEnd();
    return writer.toByteArray();
  }
}
