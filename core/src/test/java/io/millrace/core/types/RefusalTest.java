package io.millrace.core.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.function.MapFunction;
import java.io.InputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What can't be serialised or shipped is named, with the way to it and the remedy. */
class RefusalTest {
  record Task(String name, Thread runner) {}

  record Plan(Map<String, List<Optional<Task>>> tasks) {}

  @SuppressWarnings("ArrayRecordComponent") // a component like any other to the serializer
  record Stream(InputStream[] in) {}

  static final class NoConstructor {
    int x;

    NoConstructor(int x) {
      this.x = x;
    }
  }

  static final class FinalField {
    final int x = Integer.parseInt("1");
  }

  @SuppressWarnings("ClassCanBeStatic") // what is refused
  final class Inner {
    int x;
  }

  static final class MyList extends ArrayList<String> {
    private static final long serialVersionUID = 1L;
  }

  sealed interface Open permits Hole {}

  non-sealed interface Hole extends Open {}

  record Endless<T>(T value, Optional<Endless<List<T>>> next) {}

  static class Parent {
    int x;
  }

  static final class Child extends Parent {}

  static List<Arguments> types() {
    return List.of(
        Arguments.of(Thread.class, "java.lang.Thread can't be serialised", "record"),
        Arguments.of(Plan.class, "Plan.tasks[value][][].runner of type java.lang.Thread", "record"),
        Arguments.of(Stream.class, "Stream.in[] of type java.io.InputStream", "record"),
        Arguments.of(NoConstructor.class, "constructor without arguments", "make it a record"),
        Arguments.of(FinalField.class, "FinalField.x of type int", "make"),
        Arguments.of(Inner.class, "inner class", "static"),
        Arguments.of(MyList.class, "java.util.ArrayList", "record"),
        Arguments.of(Open.class, "Hole", "seal it too"),
        Arguments.of(Endless.class, "ever new type arguments", ""),
        Arguments.of(void.class, "void", ""));
  }

  @ParameterizedTest
  @MethodSource("types")
  void typeIsRefused(Class<?> type, String what, String remedy) {
    assertThatThrownBy(() -> TypeInformation.of(type))
        .isInstanceOf(UnsupportedTypeException.class)
        .hasMessageContaining(what)
        .hasMessageContaining(remedy);
  }

  @Test
  void aLateValueThatCannotBeSerialisedIsRefusedWhenItComes() {
    TypeSerializer<Object> serializer = TypeInformation.lateTyped().serializer();
    BinaryWriter out = new BinaryWriter();
    assertThatThrownBy(() -> serializer.write(new Task("x", null), out))
        .isInstanceOf(UnsupportedTypeException.class)
        .hasMessageContaining("Task.runner of type java.lang.Thread");
  }

  @Test
  void aSubclassWhereTheClassWasDeclaredIsRefused() {
    TypeSerializer<Parent> serializer = TypeInformation.of(Parent.class).serializer();
    assertThatThrownBy(() -> serializer.write(new Child(), new BinaryWriter()))
        .isInstanceOf(UnsupportedTypeException.class)
        .hasMessageContaining("Child stands where its superclass")
        .hasMessageContaining("Remedy");
  }

  @Test
  void aModuleThatKeepsItsClassesToItselfIsNamed() {
    assertThatThrownBy(() -> HiddenClasses.checkAccess(ArrayList.class, "Order.lines"))
        .isInstanceOf(UnsupportedTypeException.class)
        .hasMessageContaining("Order.lines of type java.util.ArrayList")
        .hasMessageContaining("module java.base which does not open java.util")
        .hasMessageContaining("--add-opens java.base/java.util=ALL-UNNAMED");
  }

  static class Connection {}

  static final class Client implements Serializable {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial")
    final Connection connection = new Connection();
  }

  private int field = 3; // not final, so that it is read where it is used

  @Test
  void capturesThatAreSerializableAreFine() {
    String prefix = "a";
    List<Long> longs = List.of(1L);
    MapFunction<String, String> function = v -> prefix + longs + v;
    assertThat(FunctionCaptures.problemOf(function)).isEmpty();
    FunctionCaptures.check("map", function);
  }

  @Test
  void theFieldOfACapturedVariableIsNamed() {
    List<Client> clients = new ArrayList<>(List.of(new Client()));
    MapFunction<String, String> function = v -> v + clients;
    assertThatThrownBy(() -> FunctionCaptures.check("enrich", function))
        .isInstanceOf(UnsupportedTypeException.class)
        .hasMessageContaining("Operator 'enrich'")
        .hasMessageContaining("lambda in io.millrace.core.types.RefusalTest captures variable 1")
        .hasMessageContaining(
            "element io.millrace.core.types.RefusalTest$Client has field connection")
        .hasMessageContaining("RefusalTest$Connection, which is not java.io.Serializable")
        .hasMessageContaining("Remedy");
  }

  @Test
  void aCapturedThisIsNamed() {
    MapFunction<String, String> function = v -> v + field;
    assertThat(FunctionCaptures.problemOf(function).orElseThrow())
        .contains("captures 'this', the enclosing io.millrace.core.types.RefusalTest")
        .contains("static method");
  }

  @Test
  void theFieldOfAFunctionClassIsNamed() {
    Connection connection = new Connection();
    MapFunction<String, String> function =
        new MapFunction<>() {
          private static final long serialVersionUID = 1L;

          @Override
          public String map(String value) {
            return value + connection + field;
          }
        };
    assertThat(FunctionCaptures.problemOf(function).orElseThrow())
        .containsAnyOf(
            "captures variable connection, a io.millrace.core.types.RefusalTest$Connection",
            "captures its enclosing io.millrace.core.types.RefusalTest,");
  }

  @Test
  void aCapturedLambdaOfAnotherKindIsNamed() {
    Function<String, String> inner = v -> v;
    MapFunction<String, String> function = inner::apply;
    assertThat(FunctionCaptures.problemOf(function).orElseThrow())
        .contains("a lambda of a type that is not serializable");
  }

  @Test
  void anEnclosingObjectThatIsNeverUsedIsLetGo() throws Exception {
    MapFunction<String, String> function =
        new MapFunction<>() {
          private static final long serialVersionUID = 1L;

          @Override
          public String map(String value) {
            return value + "!";
          }
        };
    assertThat(FunctionCaptures.problemOf(function)).isEmpty();
    assertThat(function.map("a")).isEqualTo("a!");
  }

  @Test
  void anEnclosingObjectIsLetGoAlsoWhereTheFunctionIsAField() {
    MapFunction<String, String> function =
        new MapFunction<>() {
          private static final long serialVersionUID = 1L;

          @Override
          public String map(String value) {
            return value + "!";
          }
        };
    List<Object> operators = new ArrayList<>(List.of(List.of(function)));
    assertThat(FunctionCaptures.problemOf(operators)).isEmpty();
  }

  @Test
  void anEnclosingObjectThatIsUsedByALambdaInsideIsKept() throws Exception {
    MapFunction<String, String> function =
        new MapFunction<>() {
          private static final long serialVersionUID = 1L;

          @Override
          public String map(String value) {
            return Optional.of(value).map(v -> v + field).orElseThrow();
          }
        };
    assertThat(FunctionCaptures.problemOf(function).orElseThrow()).contains("its enclosing");
    assertThat(function.map("a")).isEqualTo("a3");
  }
}
