package io.millrace.core.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.core.types.tuple.Tuple2;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.lang.ref.WeakReference;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Types of a job live in a loader of its own: all works there, and nothing keeps it alive. Values
 * are compared by their bytes: the JDK's own equals of records holds on to the last class it met.
 */
class ChildLoaderTest {
  /** Loads the job's classes itself and all others from the engine, as a job's loader does. */
  private static final class JobLoader extends ClassLoader {
    JobLoader() {
      super(ChildLoaderTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(LoadedJob.class.getName())) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> known = findLoadedClass(name);
        return known != null ? known : define(name);
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }

    Object make(String method) throws Exception {
      var factory = loadClass(LoadedJob.class.getName()).getDeclaredMethod(method);
      factory.setAccessible(true);
      return factory.invoke(null);
    }
  }

  @Test
  void everythingWorksInALoaderThatGoesAway() throws Exception {
    WeakReference<ClassLoader> loader = useALoader();
    await()
        .until(
            () -> {
              System.gc();
              return loader.get() == null;
            });
  }

  private static WeakReference<ClassLoader> useALoader() throws Exception {
    JobLoader loader = new JobLoader();
    Object value = loader.make("value");
    assertThat(value.getClass().getClassLoader()).isSameAs(loader);
    TypeInformation<Object> type = typeOf(value);
    assertThat(typeOf(value)).isSameAs(type);
    Object read = roundTrip(type, value, loader);
    assertThat(RoundTrip.bytes(type, read)).isEqualTo(RoundTrip.bytes(type, value));
    assertThat(read.getClass()).isSameAs(value.getClass());
    Object copy = type.serializer().copy(value);
    assertThat(RoundTrip.bytes(type, copy)).isEqualTo(RoundTrip.bytes(type, value));

    Object late = roundTrip(TypeInformation.lateTyped(), List.of(value), loader);
    assertThat(RoundTrip.bytes(TypeInformation.lateTyped(), late))
        .isEqualTo(RoundTrip.bytes(TypeInformation.lateTyped(), List.of(value)));

    Object key = loader.make("key");
    KeyCodec<Object> codec = typeOf(key).keyCodec();
    BinaryWriter out = new BinaryWriter();
    codec.encode(key, out);
    assertThat(codec.sameKey(codec.decode(new BinaryReader(out.toByteArray(), loader)), key))
        .isTrue();
    // The same key has the same hash whichever loader its class came from.
    assertThat(codec.hash(key))
        .isEqualTo(
            TypeInformation.of(LoadedJob.Key.class)
                .keyCodec()
                .hash(new LoadedJob.Key("k", LoadedJob.Kind.A)));

    Object point = loader.make("point");
    FlatLayout<Object> layout = typeOf(point).flatLayout().orElseThrow();
    long[] page = new long[2];
    layout.store(point, page, 0);
    assertThat(page[0]).isEqualTo(1);
    assertThat(RoundTrip.bytes(typeOf(point), layout.load(page, 0)))
        .isEqualTo(RoundTrip.bytes(typeOf(point), point));

    // A class of the engine with an argument of the job: nothing of the job may stick to it.
    TypeInformation<Object> tuple =
        TypeExtractor.extract(
            new TypeTree(
                Tuple2.class, List.of(TypeTree.of(key.getClass()), TypeTree.of(String.class))));
    Object read2 = roundTrip(tuple, Tuple2.of(key, "x"), loader);
    assertThat(tuple.keyCodec().sameKey(read2, Tuple2.of(key, "x"))).isTrue();
    return new WeakReference<>(loader);
  }

  @Test
  void aShippedTypeIsFoundAgainByTheReadersLoader() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(TypeInformation.of(LoadedJob.Root.class));
    }
    JobLoader loader = new JobLoader();
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())) {
          @Override
          protected Class<?> resolveClass(ObjectStreamClass description)
              throws ClassNotFoundException {
            return Class.forName(description.getName(), false, loader);
          }
        }) {
      TypeInformation<?> type = (TypeInformation<?>) in.readObject();
      assertThat(type.rawClass().getClassLoader()).isSameAs(loader);
    }
  }

  @Test
  void aClassThatTheReaderLacksIsNamed() {
    BinaryWriter out = new BinaryWriter();
    TypeInformation.lateTyped().serializer().write(LoadedJob.key(), out);
    BinaryReader in = new BinaryReader(out.toByteArray(), ClassLoader.getPlatformClassLoader());
    assertThatThrownBy(() -> TypeInformation.lateTyped().serializer().read(in))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining(LoadedJob.Key.class.getName())
        .hasMessageContaining("not in the job's jars");
  }

  private static TypeInformation<Object> typeOf(Object value) {
    return TypeExtractor.extract(value.getClass());
  }

  private static Object roundTrip(TypeInformation<Object> type, Object value, ClassLoader loader) {
    return type.serializer().read(new BinaryReader(RoundTrip.bytes(type, value), loader));
  }
}
