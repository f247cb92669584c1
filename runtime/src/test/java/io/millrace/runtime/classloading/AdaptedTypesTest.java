package io.millrace.runtime.classloading;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

@EnabledForJreRange(max = JRE.JAVA_18, disabledReason = "later ones remember such types softly")
class AdaptedTypesTest {
  @Test
  void recordsOfAReleasedJobAreForgotten() throws Exception {
    WeakReference<ClassLoader> job = useRecords();
    AdaptedTypes.forget();
    Awaitility.await()
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(job.get()).isNull();
            });
  }

  private static WeakReference<ClassLoader> useRecords() throws Exception {
    URL classes = RecordsOfAJob.class.getProtectionDomain().getCodeSource().getLocation();
    // Below the JDK only: JobClassLoader takes classes of the engine's packages from its parent.
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {classes}, ClassLoader.getPlatformClassLoader())) {
      Class<?> own = loader.loadClass(RecordsOfAJob.class.getName());
      assertThat(own).isNotSameAs(RecordsOfAJob.class);
      Constructor<?> constructor = own.getDeclaredConstructor();
      constructor.setAccessible(true);
      Supplier<?> use = (Supplier<?>) constructor.newInstance();
      assertThat(use.get())
          .isEqualTo("Outer[left=Inner[number=1], right=Inner[number=2]] true true");
      return new WeakReference<>(loader);
    }
  }
}
