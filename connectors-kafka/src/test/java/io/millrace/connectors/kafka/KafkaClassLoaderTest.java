package io.millrace.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.format.SimpleStringSchema;
import io.millrace.testing.kafka.KafkaBroker;
import java.lang.ref.WeakReference;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * A job's class loader, with the connector and Kafka's clients in it, goes when the job is gone.
 */
class KafkaClassLoaderTest {
  private static final KafkaBroker BROKER = SharedBroker.get();

  @Test
  void aClosedSourceAndSinkLeaveNoClassLoaderBehind() throws Exception {
    WeakReference<ClassLoader> loader = runInLoaderOfItsOwn(Topics.create(BROKER, 1));
    // The JDK's code for equals of records caches a method handle of the record that came last, of
    // whatever loader: one loader is held until the next record comes, never two.
    assertThat(new Last(1).equals(new Last(1))).isTrue();
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(loader.get() == null).as("the job's class loader is collected").isTrue();
            });
  }

  private record Last(int value) {}

  private static WeakReference<ClassLoader> runInLoaderOfItsOwn(String topic) throws Exception {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    URLClassLoader loader = new JobLoader(before);
    try {
      Thread.currentThread().setContextClassLoader(loader);
      // On this thread, as on an engine's worker: it stays when the job is gone.
      Method run =
          loader.loadClass(Job.class.getName()).getMethod("run", String.class, String.class);
      assertThat(run.getDeclaringClass()).isNotSameAs(Job.class);
      run.invoke(null, BROKER.bootstrapServers(), topic);
    } finally {
      Thread.currentThread().setContextClassLoader(before);
      loader.close();
    }
    return new WeakReference<>(loader);
  }

  /**
   * Has the connector and Kafka's clients itself, as if from a job's jar, and all else from above.
   */
  private static final class JobLoader extends URLClassLoader {
    JobLoader(ClassLoader parent) throws Exception {
      super(
          new URL[] {
            KafkaSource.class.getProtectionDomain().getCodeSource().getLocation(),
            KafkaClassLoaderTest.class.getProtectionDomain().getCodeSource().getLocation(),
            KafkaConsumer.class.getProtectionDomain().getCodeSource().getLocation()
          },
          parent);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("org.apache.kafka.") && !name.startsWith("io.millrace.connectors.")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded != null ? loaded : findClass(name);
      }
    }
  }

  /** Writes exactly once, reads it back and ends; public, because it is called across loaders. */
  public static final class Job {
    private Job() {}

    public static void run(String bootstrap, String topic) throws Exception {
      try (SinkHarness sink =
          SinkHarness.fresh(SinkHarness.exactlyOnce(bootstrap, topic, topic).build()).awaitRoom()) {
        sink.write("a", "b");
        sink.checkpoint(1);
        sink.awaitRoom().write("never committed");
      }
      KafkaSource<String> source =
          KafkaSource.<String>builder()
              .setBootstrapServers(bootstrap)
              .setTopics(topic)
              .setGroupId(topic)
              .setValueOnlyDeserializer(new SimpleStringSchema())
              .build();
      try (SourceHarness<String> harness = new SourceHarness<>(source, 1)) {
        harness.start().pollUntilRecords(2);
        assertThat(harness.records()).isEqualTo(List.of("a", "b"));
        harness.checkpoint(1);
        harness.readers.get(0).reader.notifyCheckpointComplete(1);
      }
    }
  }
}
