package io.millrace.core.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SimpleStringSchemaTest {
  @Test
  void textGoesThereAndBack() throws Exception {
    SimpleStringSchema schema = new SimpleStringSchema();
    schema.open();
    for (String text : new String[] {"", "plain", "gr\u00fc\u00df", "\ufffd is a character too"}) {
      assertThat(schema.deserialize(schema.serialize(text))).isEqualTo(text);
    }
  }

  @Test
  void bytesThatAreNoTextAreRefusedInsteadOfReplaced() {
    SimpleStringSchema schema = new SimpleStringSchema();
    assertThatThrownBy(() -> schema.deserialize(new byte[] {'a', (byte) 0xff, 'b'}))
        .isInstanceOf(CharacterCodingException.class);
  }

  @Test
  void anotherCharsetIsKept() throws Exception {
    SimpleStringSchema schema = new SimpleStringSchema(StandardCharsets.ISO_8859_1);
    assertThat(schema.serialize("\u00fc")).containsExactly(0xfc);
    assertThat(schema.deserialize(new byte[] {(byte) 0xfc})).isEqualTo("\u00fc");
  }

  @Test
  void bytesAreHandedOnAsTheyAre() {
    byte[] bytes = {1, 2};
    assertThat(new ByteArraySchema().deserialize(bytes)).isSameAs(bytes);
    assertThat(new ByteArraySchema().serialize(bytes)).isSameAs(bytes);
  }
}
