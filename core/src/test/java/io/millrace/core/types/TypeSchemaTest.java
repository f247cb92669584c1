package io.millrace.core.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.types.TypeSchema.Kind;
import io.millrace.core.types.TypeSchema.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TypeSchemaTest {
  record Item(String name, long count) {}

  record Order(List<Item> items, Item first) {}

  enum Color {
    RED,
    GREEN
  }

  record Node(Node next, Color color) {}

  private static final TypeSchema LONG = leaf("long");

  private static TypeSchema leaf(String name) {
    return new TypeSchema(Kind.BASIC, name, List.of(), List.of());
  }

  private static TypeSchema item(Part... parts) {
    return new TypeSchema(Kind.RECORD, Item.class.getName(), List.of(parts), List.of());
  }

  private static TypeSchema color(String... constants) {
    return new TypeSchema(Kind.ENUM, Color.class.getName(), List.of(), List.of(constants));
  }

  @Test
  void aRecordIsDescribedFieldByField() {
    assertThat(TypeInformation.of(Item.class).schema())
        .isEqualTo(item(new Part("name", leaf("java.lang.String")), new Part("count", LONG)));
  }

  @Test
  void aTypeThatContainsItselfIsReferredTo() {
    TypeSchema node = TypeInformation.of(Node.class).schema();
    assertThat(node.parts().get(0).schema())
        .isEqualTo(new TypeSchema(Kind.REFERENCE, node.name(), List.of(), List.of()));
  }

  @Test
  void anEnumIsDescribedByItsConstantsInTheirOrder() {
    assertThat(TypeInformation.of(Color.class).schema()).isEqualTo(color("RED", "GREEN"));
  }

  @Test
  void anotherFormatVersionIsRefused() {
    assertThatThrownBy(() -> TypeSchema.read(RoundTrip.reader(new byte[] {2})))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("format 2");
  }

  @Test
  void changedBytesEndInASchemaOrCorruptData() {
    BinaryWriter out = new BinaryWriter();
    TypeInformation.of(Order.class).schema().write(out);
    Random random = new Random(3);
    List<TypeSchema> read = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      byte[] bytes = Arrays.copyOf(out.array(), random.nextInt(out.size()) + 1);
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      try {
        read.add(TypeSchema.read(RoundTrip.reader(bytes)));
      } catch (CorruptDataException expected) {
        assertThat(expected.getMessage()).isNotBlank();
      }
    }
    assertThat(read).doesNotContainNull();
  }
}
