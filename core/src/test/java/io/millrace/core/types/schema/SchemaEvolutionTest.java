package io.millrace.core.types.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.FormerNames;
import io.millrace.core.types.TypeHint;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.TypeSchema;
import io.millrace.core.types.TypeSchema.Part;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Values of a class of {@code Before} are read as the class of the same name in {@code Now}. */
class SchemaEvolutionTest {
  private static final ClassLoader CLASSES = SchemaEvolutionTest.class.getClassLoader();

  /** The types as they were. */
  static final class Before {
    record Order(long id, int amount, String note, Item first) {}

    record Item(String name, int count) {}

    enum Color {
      RED,
      GREEN
    }

    sealed interface Event permits Opened, Closed {}

    record Opened(int at) implements Event {}

    record Closed(int at, String why) implements Event {}

    static final class Account {
      int balance;
      String owner;
      List<Item> items = new ArrayList<>();
    }

    record Tree(int weight, List<Tree> children) {}

    record Holder(Color color, Event event, Map<Color, Item> byColor, Item[] items) {}

    record Maybe(String name, Optional<Integer> age, int height) {}

    record Keyed(Map<Item, Long> counts) {}

    record Graph(int id, int weight, Set<Graph> next) {}

    record Moods(Map<Color, Integer> byColor) {}

    record Nullable(Set<Optional<String>> names) {}

    static sealed class Shape permits Circle {
      int x;
    }

    static final class Circle extends Shape {
      int radius;
    }

    record Swapped(int a) {}

    record Broken(int a) {}
  }

  /** The types as they are. */
  static final class Now {
    record Order(
        Item first,
        @FormerNames("amount") long cents,
        long id,
        boolean paid,
        List<String> tags,
        Optional<String> coupon) {}

    record Item(long count, String name, String unit) {
      Item() {
        this(1, "", "piece");
      }
    }

    enum Color {
      BLUE,
      GREEN,
      @FormerNames("RED")
      CRIMSON
    }

    sealed interface Event permits Opened, Closed, Moved {}

    record Opened(long at) implements Event {}

    record Closed(long at, String why) implements Event {}

    record Moved(String where) implements Event {}

    static final class Account {
      long balance;
      List<Item> items = new ArrayList<>();
      String currency = "EUR";
      private BigDecimal limit = new BigDecimal("100.50");
    }

    record Tree(List<Tree> children, double weight) {}

    record Holder(Color color, Event event, Map<Color, Item> byColor, List<Item> items) {}

    record Maybe(Optional<String> name, Integer age, Optional<Long> height) {}

    record Keyed(Map<NamedItem, Long> counts) {}

    @FormerNames("io.millrace.core.types.schema.SchemaEvolutionTest$Now$Item")
    record NamedItem(String name) {}

    record Graph(int id, Set<Graph> next) {}

    record Moods(Map<OneColor, Integer> byColor) {}

    @FormerNames("io.millrace.core.types.schema.SchemaEvolutionTest$Now$Color")
    enum OneColor {
      @FormerNames({"RED", "GREEN"})
      ANY
    }

    record Nullable(Set<String> names) {}

    static sealed class Shape permits Circle {
      int x;
      String name = "some";
    }

    static final class Circle extends Shape {
      int radius;
    }

    record Swapped(@FormerNames("a") int b, int a) {}

    record Broken(int a, int b) {
      Broken() {
        this(0, 0);
        throw new IllegalStateException("not today");
      }
    }
  }

  /** What the schema would say if the class had been where the present one is. */
  private static TypeSchema moved(TypeSchema schema) {
    return new TypeSchema(
        schema.kind(),
        schema.name().replace("$Before$", "$Now$"),
        schema.parts().stream().map(p -> new Part(p.name(), moved(p.schema()))).toList(),
        schema.constants());
  }

  private static SchemaEvolution evolution(TypeInformation<?> before, TypeInformation<?> now) {
    return SchemaEvolution.between(moved(before.schema()), now.schema(), CLASSES);
  }

  private static <B, N> N convert(TypeInformation<B> before, B value, TypeInformation<N> now) {
    SchemaEvolution evolution = evolution(before, now);
    assertThat(evolution.obstacles()).isEmpty();
    BinaryWriter written = new BinaryWriter();
    before.serializer().write(value, written);
    BinaryWriter converted = new BinaryWriter();
    BinaryReader in = new BinaryReader(written.toByteArray(), CLASSES);
    evolution.convert(in, converted);
    assertThat(in.remaining()).isZero();
    BinaryReader out = new BinaryReader(converted.toByteArray(), CLASSES);
    N result = now.serializer().read(out);
    assertThat(out.remaining()).isZero();
    return result;
  }

  private static <B, N> N convert(Class<B> before, B value, Class<N> now) {
    return convert(TypeInformation.of(before), value, TypeInformation.of(now));
  }

  @Test
  void fieldsAreFoundByNameRenamedWidenedAddedAndDropped() {
    Now.Order order =
        convert(
            Before.Order.class,
            new Before.Order(7, 250, "dropped", new Before.Item("tea", 3)),
            Now.Order.class);
    assertThat(order)
        .isEqualTo(
            new Now.Order(
                new Now.Item(3, "tea", "piece"), 250, 7, false, List.of(), Optional.empty()));
  }

  @Test
  void nullsStayNull() {
    Now.Order order =
        convert(Before.Order.class, new Before.Order(7, 1, null, null), Now.Order.class);
    assertThat(order.first()).isNull();
  }

  @Test
  void everyChangeIsToldWithTheWayToIt() {
    SchemaEvolution evolution =
        evolution(TypeInformation.of(Before.Order.class), TypeInformation.of(Now.Order.class));
    assertThat(evolution.isConversion()).isTrue();
    assertThat(evolution.changes())
        .containsExactlyInAnyOrder(
            "Order.first.count: int becomes long",
            "Order.first.unit: new, begins as \"piece\"",
            "Order.cents: was named amount",
            "Order.cents: int becomes long",
            "Order.paid: new, begins as false",
            "Order.tags: new, begins as empty",
            "Order.coupon: new, begins as empty",
            "Order.note: dropped");
  }

  @Test
  void newFieldsOfAClassBeginAsItsConstructorSays() {
    Before.Account before = new Before.Account();
    before.balance = 42;
    before.owner = "nobody any more";
    before.items.add(new Before.Item("tea", 3));
    Now.Account now = convert(Before.Account.class, before, Now.Account.class);
    assertThat(now.balance).isEqualTo(42);
    assertThat(now.currency).isEqualTo("EUR");
    assertThat(now.limit).isEqualTo("100.50");
    assertThat(now.items).containsExactly(new Now.Item(3, "tea", "piece"));
  }

  @Test
  void aRecordMayBecomeAClassAndBack() {
    record Wallet(long balance, String currency) {}
    TypeSchema asRecord =
        new TypeSchema(
            TypeSchema.Kind.RECORD,
            Now.Account.class.getName(),
            TypeInformation.of(Wallet.class).schema().parts(),
            List.of());
    SchemaEvolution there =
        SchemaEvolution.between(asRecord, TypeInformation.of(Now.Account.class).schema(), CLASSES);
    assertThat(there.obstacles()).isEmpty();
    BinaryWriter written = new BinaryWriter();
    TypeInformation.of(Wallet.class).serializer().write(new Wallet(5, "CHF"), written);
    BinaryWriter out = new BinaryWriter();
    there.convert(new BinaryReader(written.toByteArray(), CLASSES), out);
    Now.Account account =
        TypeInformation.of(Now.Account.class)
            .serializer()
            .read(new BinaryReader(out.toByteArray(), CLASSES));
    assertThat(account.balance).isEqualTo(5);
    assertThat(account.currency).isEqualTo("CHF");
  }

  @Test
  void constantsAndVariantsMayBeAddedAndRenamed() {
    Before.Holder before =
        new Before.Holder(
            Before.Color.RED,
            new Before.Closed(9, "done"),
            Map.of(Before.Color.GREEN, new Before.Item("a", 1)),
            new Before.Item[] {new Before.Item("b", 2), null});
    Now.Holder now = convert(Before.Holder.class, before, Now.Holder.class);
    assertThat(now)
        .isEqualTo(
            new Now.Holder(
                Now.Color.CRIMSON,
                new Now.Closed(9, "done"),
                Map.of(Now.Color.GREEN, new Now.Item(1, "a", "piece")),
                Arrays.asList(new Now.Item(2, "b", "piece"), null)));
  }

  @Test
  void whatIsOnlyAddedLeavesTheBytesAsTheyAre() {
    SchemaEvolution more =
        SchemaEvolution.between(
            new TypeSchema(
                TypeSchema.Kind.ENUM, Now.Color.class.getName(), List.of(), List.of("GREEN")),
            TypeInformation.of(Now.Color.class).schema(),
            CLASSES);
    assertThat(more.obstacles()).isEmpty();
    assertThat(more.isConversion()).isFalse();
  }

  @Test
  void aTypeThatContainsItselfIsConvertedAtEveryDepth() {
    Before.Tree before =
        new Before.Tree(1, List.of(new Before.Tree(2, List.of()), new Before.Tree(3, List.of())));
    assertThat(convert(Before.Tree.class, before, Now.Tree.class))
        .isEqualTo(
            new Now.Tree(List.of(new Now.Tree(List.of(), 2), new Now.Tree(List.of(), 3)), 1));
  }

  @Test
  void valuesMayBecomeOptionalAndBack() {
    assertThat(
            convert(
                Before.Maybe.class, new Before.Maybe(null, Optional.of(30), 180), Now.Maybe.class))
        .isEqualTo(new Now.Maybe(Optional.empty(), 30, Optional.of(180L)));
    assertThat(
            convert(
                Before.Maybe.class, new Before.Maybe("x", Optional.empty(), 180), Now.Maybe.class))
        .isEqualTo(new Now.Maybe(Optional.of("x"), null, Optional.of(180L)));
  }

  @Test
  void whatWouldLoseSomethingIsRefusedWithTheWayToIt() {
    record Numbers(long a, double b, Long c, int d, String e, List<Long> f) {}
    record Narrow(int a, float b, long c, float d, int e, Set<Long> f) {}
    TypeSchema now =
        new TypeSchema(
            TypeSchema.Kind.RECORD,
            Numbers.class.getName(),
            TypeInformation.of(Narrow.class).schema().parts(),
            List.of());
    SchemaEvolution evolution =
        SchemaEvolution.between(TypeInformation.of(Numbers.class).schema(), now, CLASSES);
    assertThat(evolution.obstacles())
        .hasSize(6)
        .allMatch(obstacle -> obstacle.matches("1Numbers\\.[a-f] was .* and is now .*"));
  }

  @Test
  void lostConstantsClassesAndNamesAreRefusedWithTheRemedy() {
    SchemaEvolution constants =
        SchemaEvolution.between(
            new TypeSchema(
                TypeSchema.Kind.ENUM, Now.Color.class.getName(), List.of(), List.of("PINK")),
            TypeInformation.of(Now.Color.class).schema(),
            CLASSES);
    assertThat(constants.obstacles()).singleElement().asString().contains("@FormerNames(\"PINK\")");

    SchemaEvolution type =
        SchemaEvolution.between(
            TypeInformation.of(Before.Item.class).schema(),
            TypeInformation.of(Now.Item.class).schema(),
            CLASSES);
    assertThat(type.obstacles())
        .singleElement()
        .asString()
        .contains("@FormerNames(\"" + Before.Item.class.getName() + "\")");

    SchemaEvolution variants =
        SchemaEvolution.between(
            TypeInformation.of(Now.Event.class).schema(),
            moved(TypeInformation.of(Before.Event.class).schema()),
            CLASSES);
    assertThat(variants.obstacles())
        .anyMatch(o -> o.contains("has lost the class") && o.contains("Moved"));
  }

  @Test
  void keysThatWouldBecomeOneAreRefused() {
    SchemaEvolution evolution =
        evolution(TypeInformation.of(Before.Keyed.class), TypeInformation.of(Now.Keyed.class));
    assertThat(evolution.obstacles())
        .singleElement()
        .asString()
        .startsWith("Keyed.counts[key].count is gone");
  }

  @Test
  void typesAtTheTopAreConvertedToo() {
    assertThat(convert(TypeInformation.of(Integer.class), 5, TypeInformation.of(Long.class)))
        .isEqualTo(5L);
    assertThat(
            convert(
                TypeInformation.of(new TypeHint<List<Integer>>() {}),
                List.of(1, 2),
                TypeInformation.of(new TypeHint<List<BigDecimal>>() {})))
        .isEqualTo(List.of(new BigDecimal(1), new BigDecimal(2)));
    assertThat(
            Objects.requireNonNull(
                evolution(TypeInformation.of(Integer.class), TypeInformation.of(Integer.class))
                    .changes()))
        .isEmpty();
  }

  @Test
  void aWholeValueMayNotLoseItsOptional() {
    SchemaEvolution evolution =
        SchemaEvolution.between(
            TypeInformation.of(new TypeHint<Optional<Long>>() {}).schema(),
            TypeInformation.of(Long.class).schema(),
            CLASSES);
    assertThat(evolution.obstacles()).singleElement().asString().contains("would be no value");
  }

  @Test
  void keysThatWouldBecomeOneAreRefusedWhereATypeContainsItselfToo() {
    assertThat(
            evolution(TypeInformation.of(Before.Graph.class), TypeInformation.of(Now.Graph.class))
                .obstacles())
        .singleElement()
        .asString()
        .startsWith("Graph.next[].weight is gone");
  }

  @Test
  void constantsThatWouldBecomeOneKeyAreRefused() {
    assertThat(
            evolution(TypeInformation.of(Before.Moods.class), TypeInformation.of(Now.Moods.class))
                .obstacles())
        .singleElement()
        .asString()
        .startsWith("Moods.byColor[key] gives one name to what had two");
  }

  @Test
  void nullAndEmptyAreNotMadeOneElement() {
    assertThat(
            evolution(
                    TypeInformation.of(Before.Nullable.class),
                    TypeInformation.of(Now.Nullable.class))
                .obstacles())
        .singleElement()
        .asString()
        .contains("empty ones and nulls would become one");
  }

  @Test
  void newFieldsOfAClassThatIsSealedItselfBeginAsItsConstructorSays() {
    SchemaEvolution evolution =
        evolution(TypeInformation.of(Before.Shape.class), TypeInformation.of(Now.Shape.class));
    assertThat(evolution.obstacles()).isEmpty();
    assertThat(evolution.changes()).anyMatch(change -> change.contains("begins as \"some\""));
  }

  @Test
  void aFieldGoesOnWithTheOneOfItsNameWhateverOthersWereCalled() {
    assertThat(convert(Before.Swapped.class, new Before.Swapped(5), Now.Swapped.class))
        .isEqualTo(new Now.Swapped(0, 5));
  }

  @Test
  void aConstructorThatFailsIsAnObstacleAndNoFailure() {
    assertThat(
            evolution(TypeInformation.of(Before.Broken.class), TypeInformation.of(Now.Broken.class))
                .obstacles())
        .singleElement()
        .asString()
        .startsWith("Broken has new fields, and ")
        .contains("not today");
  }
}
