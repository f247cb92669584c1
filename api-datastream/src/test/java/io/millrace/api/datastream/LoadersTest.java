package io.millrace.api.datastream;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadersTest {
  @TempDir Path directory;

  @Test
  void isTheContextsWhereItKnowsTheProgram() {
    assertThat(Loaders.ofProgram()).isSameAs(Thread.currentThread().getContextClassLoader());
  }

  /** As with {@code java Program.java}. */
  @Test
  void isTheProgramsOwnWhereTheContextsDoesNotKnowIt() throws Exception {
    Path source = directory.resolve("Program.java");
    Files.writeString(
        source,
        """
        import java.util.function.Supplier;
        import java.util.function.UnaryOperator;
        public class Program implements UnaryOperator<Supplier<ClassLoader>> {
          public Supplier<ClassLoader> apply(Supplier<ClassLoader> api) {
            ClassLoader found = api.get();
            return () -> found;
          }
        }
        """);
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-d", directory.toString(), source.toString()))
        .isZero();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
      @SuppressWarnings("unchecked")
      UnaryOperator<Supplier<ClassLoader>> program =
          (UnaryOperator<Supplier<ClassLoader>>)
              loader.loadClass("Program").getConstructor().newInstance();
      assertThat(program.apply(Loaders::ofProgram).get()).isSameAs(loader);
    }
  }
}
