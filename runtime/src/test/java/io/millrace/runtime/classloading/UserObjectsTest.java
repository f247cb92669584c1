package io.millrace.runtime.classloading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.List;
import org.junit.jupiter.api.Test;

class UserObjectsTest {
  record Inner(int x) implements Serializable {}

  record Outer(List<Inner> inners) implements Serializable {}

  @Test
  void readsWithTheGivenLoader() throws Exception {
    Outer written = new Outer(List.of(new Inner(7)));
    assertThat(UserObjects.read(bytes(written), getClass().getClassLoader(), "Operator Map"))
        .isEqualTo(written);
  }

  /** The JDK says of it that a list's placeholder can't be cast. */
  @Test
  void namesAClassThatIsMissingDeepInside() throws Exception {
    byte[] bytes = bytes(new Outer(List.of(new Inner(7))));
    assertThatThrownBy(() -> UserObjects.read(bytes, new Without(Inner.class), "Operator Map"))
        .isInstanceOfSatisfying(
            UnreadableFunctionException.class, e -> assertThat(e.isPermanent()).isTrue())
        .hasMessage(
            "Operator Map: class "
                + Inner.class.getName()
                + " is neither in the job's jars nor known to the engine");
  }

  @Test
  void refusesWhatIsNoObject() {
    assertThatThrownBy(
            () -> UserObjects.read(new byte[] {1, 2}, getClass().getClassLoader(), "Edge 3"))
        .isInstanceOf(UnreadableFunctionException.class)
        .hasMessageStartingWith("Edge 3 can't be read");
  }

  private static byte[] bytes(Object object) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ObjectOutputStream objects = new ObjectOutputStream(out)) {
      objects.writeObject(object);
    }
    return out.toByteArray();
  }

  /** Knows all but one class. */
  private static final class Without extends ClassLoader {
    private final String hidden;

    Without(Class<?> hidden) {
      super(UserObjectsTest.class.getClassLoader());
      this.hidden = hidden.getName();
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.equals(hidden)) {
        throw new ClassNotFoundException(name);
      }
      return super.loadClass(name, resolve);
    }
  }
}
