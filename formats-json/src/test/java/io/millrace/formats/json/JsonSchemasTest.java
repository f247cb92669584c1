package io.millrace.formats.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JsonSchemasTest {
  record Bid(long auction, long bidder, int price, String channel, Instant dateTime) {}

  enum Kind {
    A,
    B
  }

  record Rich(
      Kind kind,
      Optional<String> note,
      List<Bid> bids,
      Map<String, Integer> counts,
      BigDecimal amount,
      Duration took,
      boolean done) {}

  private static final Bid BID = new Bid(7, 8, 9, "web", Instant.ofEpochMilli(1_700_000_000_123L));

  @Test
  void recordsGoThereAndBack() throws Exception {
    Rich rich =
        new Rich(
            Kind.B,
            Optional.of("n"),
            List.of(BID, BID),
            Map.of("x", 1),
            new BigDecimal("1.50"),
            Duration.ofMillis(1500),
            true);
    assertThat(roundTrip(rich, Rich.class)).isEqualTo(rich);
    assertThat(roundTrip(BID, Bid.class)).isEqualTo(BID);
  }

  @Test
  void fieldsComeInTheOrderOfDeclarationAndTimesAsText() throws Exception {
    assertThat(
            new String(new JsonSerializationSchema<Bid>().serialize(BID), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"auction\":7,\"bidder\":8,\"price\":9,\"channel\":\"web\","
                + "\"dateTime\":\"2023-11-14T22:13:20.123Z\"}");
  }

  @Test
  void aNumberForATimeIsMilliseconds() throws Exception {
    assertThat(
            read(
                "{\"auction\":7,\"bidder\":8,\"price\":9,\"channel\":\"web\",\"dateTime\":1700000000123}"))
        .isEqualTo(BID);
  }

  @Test
  void aMissingOptionalIsEmpty() throws Exception {
    Rich rich = new JsonDeserializationSchema<>(Rich.class).deserialize(bytes("{\"done\":true}"));
    assertThat(rich.note()).isEmpty();
  }

  @Test
  void aMissingOrNullPrimitiveNamesTheField() {
    assertThatThrownBy(() -> read("{\"auction\":7,\"bidder\":8,\"channel\":\"web\"}"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("'price'")
        .hasMessageContaining("Bid");
    assertThatThrownBy(() -> read("{\"auction\":null,\"bidder\":8,\"price\":1}"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("'auction'");
  }

  @Test
  void anUnknownFieldIsAnErrorUnlessIgnored() throws Exception {
    String json = "{\"auction\":7,\"bidder\":8,\"price\":9,\"colour\":\"red\"}";
    assertThatThrownBy(() -> read(json)).hasMessageContaining("colour");
    assertThat(
            new JsonDeserializationSchema<>(Bid.class)
                .ignoreUnknownFields()
                .deserialize(bytes(json))
                .price())
        .isEqualTo(9);
  }

  @Test
  void whatIsNoDocumentIsRefused() {
    for (String bad : List.of("", "{", "{\"auction\":7", "null", "not json", "{} {}", "[]")) {
      assertThatThrownBy(() -> read(bad)).as(bad).isInstanceOf(IOException.class);
    }
  }

  @Test
  void schemasAreShippedAndUsedWithoutOpen() throws Exception {
    JsonDeserializationSchema<Bid> in =
        shipped(new JsonDeserializationSchema<>(Bid.class).ignoreUnknownFields());
    JsonSerializationSchema<Bid> out = shipped(new JsonSerializationSchema<Bid>());
    assertThat(in.deserialize(out.serialize(BID))).isEqualTo(BID);
  }

  private static Bid read(String json) throws IOException {
    return new JsonDeserializationSchema<>(Bid.class).deserialize(bytes(json));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static <T> T roundTrip(T value, Class<T> type) throws Exception {
    return new JsonDeserializationSchema<>(type)
        .deserialize(new JsonSerializationSchema<T>().serialize(value));
  }

  @SuppressWarnings("unchecked")
  private static <T> T shipped(T value) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(value);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (T) in.readObject();
    }
  }
}
