package io.millrace.core.types;

import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What the compiler left behind of a lambda's or method reference's types: its own method's
 * signature and the interface's as it was seen where the lambda was written.
 */
final class LambdaSignature {
  private final SerializedLambda lambda;
  private final ClassLoader loader;

  private LambdaSignature(SerializedLambda lambda, ClassLoader loader) {
    this.lambda = lambda;
    this.loader = loader;
  }

  /** Empty if the object is no serializable lambda. */
  static Optional<LambdaSignature> of(Object function) {
    return serialized(function)
        .map(lambda -> new LambdaSignature(lambda, function.getClass().getClassLoader()));
  }

  static Optional<SerializedLambda> serialized(Object function) {
    if (!function.getClass().isSynthetic()) {
      return Optional.empty();
    }
    try {
      Method writeReplace = function.getClass().getDeclaredMethod("writeReplace");
      writeReplace.setAccessible(true);
      return writeReplace.invoke(function) instanceof SerializedLambda lambda
          ? Optional.of(lambda)
          : Optional.empty();
    } catch (ReflectiveOperationException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /**
   * What the variable of the functional interface stands for in this lambda; {@link TypeTree#LATE}
   * if its arguments can't be known.
   */
  Optional<TypeTree> resolve(Method interfaceMethod, TypeVariable<?> variable) {
    Optional<TypeTree> exact = fromDeclaration(interfaceMethod, variable);
    return exact.isPresent() ? exact : fromDescriptor(interfaceMethod, variable);
  }

  /** A named method or constructor behind a method reference still has its generic signature. */
  private Optional<TypeTree> fromDeclaration(Method interfaceMethod, TypeVariable<?> variable) {
    Optional<Executable> target = target().filter(method -> !method.isSynthetic());
    if (target.isEmpty()) {
      return Optional.empty();
    }
    Executable method = target.get();
    if (interfaceMethod.getGenericReturnType().equals(variable)) {
      return method instanceof Method named
          ? known(named.getGenericReturnType())
          : Optional.empty();
    }
    Type[] wanted = interfaceMethod.getGenericParameterTypes();
    Type[] actual = method.getGenericParameterTypes();
    int receiver = wanted.length - actual.length; // one if the first argument is the receiver
    for (int i = Math.max(0, receiver); i < wanted.length; i++) {
      if (wanted[i] instanceof ParameterizedType pattern
          && actual[i - receiver] instanceof ParameterizedType found
          && pattern.getRawType() == found.getRawType()) {
        int at = Arrays.asList(pattern.getActualTypeArguments()).indexOf(variable);
        if (at >= 0) {
          return known(found.getActualTypeArguments()[at]);
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<TypeTree> known(Type type) {
    return hasVariables(type) ? Optional.empty() : Optional.of(TypeTree.of(type));
  }

  private static boolean hasVariables(Type type) {
    if (type instanceof Class<?> raw) {
      return raw.getTypeParameters().length > 0; // raw, or a constructor's: no better than erased
    }
    return !(type instanceof ParameterizedType parameterized)
        || Arrays.stream(parameterized.getActualTypeArguments())
            .anyMatch(LambdaSignature::hasVariables);
  }

  private Optional<TypeTree> fromDescriptor(Method interfaceMethod, TypeVariable<?> variable) {
    MethodType seen = methodType(lambda.getInstantiatedMethodType());
    if (interfaceMethod.getGenericReturnType().equals(variable)) {
      Class<?> expected = seen.returnType();
      Class<?> own = ownReturnType();
      return Optional.of(erased(expected.isAssignableFrom(own) ? own : expected));
    }
    int at = Arrays.asList(interfaceMethod.getGenericParameterTypes()).indexOf(variable);
    return at < 0 ? Optional.empty() : Optional.of(erased(seen.parameterType(at)));
  }

  private Class<?> ownReturnType() {
    if (lambda.getImplMethodKind() == MethodHandleInfo.REF_newInvokeSpecial) {
      return load(lambda.getImplClass());
    }
    return methodType(lambda.getImplMethodSignature()).wrap().returnType();
  }

  /** A class of which the arguments are lost: those of a JDK container make up its whole type. */
  private static TypeTree erased(Class<?> raw) {
    return raw.getTypeParameters().length > 0 && raw.getClassLoader() == null
        ? TypeTree.LATE
        : TypeTree.of(raw);
  }

  private Optional<Executable> target() {
    Class<?> owner = load(lambda.getImplClass());
    List<Executable> candidates = new ArrayList<>(List.of(owner.getDeclaredMethods()));
    candidates.addAll(List.of(owner.getDeclaredConstructors()));
    boolean isStatic = lambda.getImplMethodKind() == MethodHandleInfo.REF_invokeStatic;
    MethodType type = methodType(lambda.getImplMethodSignature());
    return candidates.stream()
        .filter(e -> nameOf(e).equals(lambda.getImplMethodName()))
        .filter(e -> e.getDeclaringClass() == owner)
        .filter(e -> isStatic == Modifier.isStatic(e.getModifiers()))
        .filter(e -> Arrays.asList(e.getParameterTypes()).equals(type.parameterList()))
        .filter(e -> !(e instanceof Method m) || m.getReturnType() == type.returnType())
        .findFirst();
  }

  private static String nameOf(Executable executable) {
    return executable instanceof Method ? executable.getName() : "<init>";
  }

  private MethodType methodType(String descriptor) {
    return MethodType.fromMethodDescriptorString(descriptor, loader);
  }

  private Class<?> load(String internalName) {
    try {
      return Class.forName(internalName.replace('/', '.'), false, loader);
    } catch (ClassNotFoundException e) {
      throw new TypeNotPresentException(internalName, e);
    }
  }

  /** The one abstract method of a functional interface. */
  static Optional<Method> abstractMethod(Class<?> functionalInterface) {
    List<Method> methods =
        Arrays.stream(functionalInterface.getMethods())
            .filter(method -> Modifier.isAbstract(method.getModifiers()))
            .toList();
    return methods.size() == 1 ? Optional.of(methods.get(0)) : Optional.empty();
  }
}
