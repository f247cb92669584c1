package io.millrace.processtests.upgrade;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** Versions of one program, each compiled into a jar of its own, as its author's builds would. */
final class ProgramVersions {
  private static final String MAIN = "shop.Totals";

  private final Path directory;

  ProgramVersions(Path directory) {
    this.directory = directory;
  }

  /**
   * Sums up the orders of ten customers.
   *
   * @param total components of the record that is the state
   * @param more further members of that record
   * @param add how an order is added to {@code old}, which is null at first
   * @param uid of the operator that has the state
   */
  record Version(String name, String total, String more, String add, String uid) {
    String source() {
      return """
          package shop;

          import io.millrace.api.datastream.StreamExecutionEnvironment;
          import io.millrace.api.datastream.sink.DiscardingSink;
          import io.millrace.api.datastream.source.DataGeneratorSource;
          import io.millrace.core.function.*;
          import io.millrace.core.state.*;
          import io.millrace.core.time.WatermarkStrategy;
          import io.millrace.core.types.FormerNames;
          import java.time.Duration;

          public class Totals {
            public record Order(long customer, int cents) {}

            public record Total(%s) {
              %s
            }

            static final class Sum extends KeyedProcessFunction<Long, Order, Long> {
              private transient ValueState<Total> total;

              @Override
              public void open(OpenContext context) {
                total = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Total.class));
              }

              @Override
              public void processElement(Order order, Context<Long> context, Collector<Long> out)
                  throws Exception {
                Total old = total.value();
                total.update(%s);
              }
            }

            public static void main(String[] args) throws Exception {
              StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
              env.enableCheckpointing(Duration.ofMillis(200));
              env.setStateBackend(StateBackend.valueOf(args[0]));
              env.fromSource(
                      DataGeneratorSource.atRate(
                          (i, due) -> new Order(i %% 10, 5), 100_000_000, 2_000),
                      WatermarkStrategy.noWatermarks(),
                      "orders")
                  .uid("orders")
                  .keyBy(Order::customer)
                  .process(new Sum())
                  .uid("%s")
                  .sinkTo(new DiscardingSink<>())
                  .uid("nowhere");
              env.execute("totals");
            }
          }
          """
          .formatted(total, more, add, uid);
    }
  }

  Path jar(Version version) throws IOException {
    Path sources = directory.resolve(version.name() + "-src");
    Path classes = Files.createDirectories(directory.resolve(version.name() + "-classes"));
    Path file = sources.resolve("shop/Totals.java");
    Files.createDirectories(file.getParent());
    Files.writeString(file, version.source());
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                messages,
                messages,
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                classes.toString(),
                file.toString());
    if (result != 0) {
      throw new IllegalStateException(messages.toString(StandardCharsets.UTF_8));
    }
    return pack(directory.resolve(version.name() + ".jar"), classes);
  }

  private static Path pack(Path jar, Path classes) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, MAIN);
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
        Stream<Path> files = Files.walk(classes)) {
      List<Path> all = files.filter(Files::isRegularFile).sorted().toList();
      for (Path each : all) {
        out.putNextEntry(new JarEntry(classes.relativize(each).toString().replace('\\', '/')));
        Files.copy(each, out);
        out.closeEntry();
      }
    }
    return jar;
  }
}
