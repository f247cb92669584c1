package io.millrace.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.checkpoint.CheckpointMetadata.EnumeratorState;
import io.millrace.runtime.checkpoint.CheckpointMetadata.OperatorState;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.EdgeId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateHandles.Blob;
import io.millrace.runtime.state.StateHandles.ChannelSection;
import io.millrace.runtime.state.StateHandles.FileSection;
import io.millrace.runtime.state.StateHandles.KeyedSection;
import io.millrace.runtime.state.StateHandles.SharedFile;
import io.millrace.runtime.state.StateHandles.SplitState;
import io.millrace.runtime.state.StateHandles.StoreImage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class CheckpointMetadataCodecTest {
  private final CheckpointMetadataCodec codec = new CheckpointMetadataCodec("0.1.0-abc");
  private final CheckpointMetadata metadata = sample();
  private static final long WATERMARK = 0x1122_3344_5566_7788L;

  private final byte[] bytes = codec.encode(metadata);

  @Test
  void readsWhatItWrote() {
    CheckpointMetadata read = codec.decode(bytes, "f");
    // Blobs are arrays: compare what they encode to.
    assertThat(codec.encode(read)).isEqualTo(bytes);
    assertThat(read.id()).isEqualTo(metadata.id());
    assertThat(read.directory()).isEqualTo(metadata.directory());
    assertThat(read.operators()).extracting(OperatorState::uid).containsExactly("count", "source");
    assertThat(read.operators().get(0).subtasks().get(1).keyed())
        .isEqualTo(metadata.operators().get(0).subtasks().get(1).keyed());
    assertThat(read.operators().get(1).enumerator().orElseThrow().withoutMoreSplits())
        .containsExactly(0, 2);
    assertThat(splitsOf(read)).extracting(SplitState::watermark).containsExactly(WATERMARK);
    assertThat(read.operators().get(0).subtasks().get(1).channels())
        .isEqualTo(metadata.operators().get(0).subtasks().get(1).channels())
        .hasSize(1);
    assertThat(read.operators().get(0).subtasks().get(1).channelBytes()).isEqualTo(77);
    assertThat(read.sizeInBytes()).isEqualTo(metadata.sizeInBytes());
  }

  @Test
  void writesAFileNameOnce() {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    assertThat(text.split("chk-7/keyed-0", -1)).hasSize(2);
  }

  @Test
  void everyTruncationIsRefusedWithFileAndRemedy() {
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> codec.decode(cut, "job/chk-7/_metadata"))
          .isInstanceOf(CorruptDataException.class)
          .hasMessageContaining("job/chk-7/_metadata")
          .hasMessageContaining("savepoint");
    }
  }

  @Test
  void everyFlippedBitIsFound() {
    for (int i = 0; i < bytes.length * 8; i++) {
      byte[] flipped = bytes.clone();
      flipped[i / 8] ^= (byte) (1 << i % 8);
      assertThatThrownBy(() -> codec.decode(flipped, "f")).isInstanceOf(CorruptDataException.class);
    }
  }

  /** As if the writer had been wrong: the checksum is right, so the decoder itself must hold. */
  @Test
  void garbageUnderAValidChecksumIsRefusedOrReadButNeverBreaksTheDecoder() {
    int refused = 0;
    for (int seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      byte[] garbled = bytes.clone();
      int changes = 1 + random.nextInt(6);
      for (int i = 0; i < changes; i++) {
        garbled[8 + random.nextInt(garbled.length - 12)] = (byte) random.nextInt();
      }
      try {
        codec.decode(withChecksum(garbled), "f");
      } catch (CorruptDataException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(5_000);
  }

  @Test
  void anotherFormatIsRefusedByName() {
    byte[] other = bytes.clone();
    other[4] = 9;
    assertThatThrownBy(() -> codec.decode(withChecksum(other), "f"))
        .hasMessageContaining("format 9")
        .hasMessageContaining("0.1.0-abc")
        .hasMessageContaining("reads format 1 to 4");
  }

  /** Written by a build of format 3. */
  private static final String FORMAT_3 =
      "4d434b5003000000036f6c64010000001030303030303030303030303030303037070000000000000000076a2f"
          + "63686b2d370068e5cf8b01000005000000000000000105636f756e74010a636f756e7420626964730401010202"
          + "000763686b2d372f6b000000000000000064000000000000001f00000001640000000000000032000000000000"
          + "00feffffff010004019600000000000000090000000000000008000000010c7368617265642f732e7373740573"
          + "2e7373740700000000000000030000000001010000000109887766554433221101030000000201020027d52239";

  @Test
  void theFormatBeforeRecordsInFlightIsRead() {
    CheckpointMetadata read = codec.decode(HexFormat.of().parseHex(FORMAT_3), "f");
    StateHandles handles = read.operators().get(0).subtasks().get(0);
    assertThat(handles.keyed().get(0).image().orElseThrow().files())
        .containsExactly(new SharedFile("shared/s.sst", "s.sst", 7, 3));
    assertThat(handles.committables()).hasSize(1);
    assertThat(handles.channels()).isEmpty();
  }

  /** Written by a build of format 2. */
  private static final String FORMAT_2 =
      "4d434b5002000000036f6c64010000001030303030303030303030303030303037070000000000000000076a2f"
          + "63686b2d370068e5cf8b01000005000000000000000105636f756e74010a636f756e7420626964730401"
          + "010202000763686b2d372f6b000000000000000064000000000000001f00000001640000000000000032"
          + "00000000000000feffffff010196000000000000000c00000000000000ffffffff010100000001098877"
          + "665544332211010300000002010200e0a1d39a";

  @Test
  void theFormatBeforeImagesIsRead() {
    CheckpointMetadata read = codec.decode(HexFormat.of().parseHex(FORMAT_2), "f");
    StateHandles handles = read.operators().get(0).subtasks().get(0);
    assertThat(handles.keyed())
        .containsExactly(
            new KeyedSection(
                new KeyGroupRange(2, 3),
                List.of(
                    new FileSection("chk-7/k", 0, 100, 31),
                    new FileSection("chk-7/k", 100, 50, -2))));
    assertThat(handles.splits()).extracting(SplitState::watermark).containsExactly(WATERMARK);
  }

  @Test
  void theFormatBeforeSplitWatermarksIsRead() {
    String without = FORMAT_2.replace("8877665544332211", "");
    byte[] old = HexFormat.of().parseHex(without);
    old[4] = 1;
    CheckpointMetadata read = codec.decode(withChecksum(old), "f");
    StateHandles handles = read.operators().get(0).subtasks().get(0);
    assertThat(handles.splits()).extracting(SplitState::watermark).containsExactly(Long.MIN_VALUE);
    assertThat(handles.splits().get(0).split().bytes()).containsExactly(9);
    assertThat(handles.committables()).hasSize(1);
  }

  private static List<SplitState> splitsOf(CheckpointMetadata read) {
    return read.operators().get(1).subtasks().get(0).splits();
  }

  @Test
  void kg1AnotherKeyHashIsRefused() {
    byte[] other = bytes.clone();
    int keyHashAt = 8 + 1 + "0.1.0-abc".length();
    other[keyHashAt] = 77;
    assertThatThrownBy(() -> codec.decode(withChecksum(other), "f"))
        .hasMessageContaining("version 77 of the key hash");
  }

  private static byte[] withChecksum(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content, 0, content.length - 4);
    int value = (int) crc.getValue();
    byte[] result = content.clone();
    for (int i = 0; i < 4; i++) {
      result[content.length - 4 + i] = (byte) (value >>> (8 * i));
    }
    return result;
  }

  private static StoreImage image() {
    return new StoreImage(
        new KeyGroupRange(0, 15),
        new FileSection("chk-7/keyed-1", 800, 9, 8),
        List.of(
            new SharedFile("shared/6-1-1-0-0-000008.sst", "000008.sst", 1L << 33, -3),
            new SharedFile("shared/7-1-1-0-0-000011.sst", "000011.sst", 7, 3)));
  }

  static CheckpointMetadata sample() {
    List<StateHandles> keyed = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      List<FileSection> groups = new ArrayList<>();
      for (int g = 0; g < 8; g++) {
        groups.add(new FileSection("chk-7/keyed-" + i, 100L * g, 100, g * 31));
      }
      keyed.add(
          new StateHandles(
              List.of(
                  new KeyedSection(
                      new KeyGroupRange(8 * i, 8 * i + 7),
                      groups,
                      i == 0 ? Optional.empty() : Optional.of(image()))),
              List.of(new FileSection("chk-7/operator-" + i, 0, 12, -1)),
              List.of(),
              List.of(new Blob(3, new byte[] {1, 2, 3})),
              List.of(
                  new ChannelSection(
                      new EdgeId("bids", "late", 1),
                      new FileSection("chk-7/keyed-" + i, 2000, 77, 5)))));
    }
    StateHandles splits =
        new StateHandles(
            List.of(),
            List.of(),
            List.of(new SplitState(new Blob(1, new byte[] {9}), WATERMARK)),
            List.of());
    return new CheckpointMetadata(
        JobId.of(7),
        new CheckpointId(7),
        false,
        JobId.of(7) + "/chk-7",
        1_700_000_000_000L,
        0x1234_5678_9ABC_DEF0L,
        List.of(
            new OperatorState("count", true, "count bids", 16, keyed, Optional.empty()),
            new OperatorState(
                "source",
                false,
                "bids",
                16,
                List.of(splits, StateHandles.EMPTY, splits),
                Optional.of(new EnumeratorState(new Blob(2, new byte[] {5, 6}), Set.of(2, 0))))));
  }
}
