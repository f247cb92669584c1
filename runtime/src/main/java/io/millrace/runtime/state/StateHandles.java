package io.millrace.runtime.state;

import io.millrace.core.source.VersionedSerializer;
import io.millrace.runtime.id.EdgeId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * Where an operator subtask's share of a snapshot is. Plain data: it travels in acknowledgements
 * and stands in the checkpoint's metadata.
 *
 * @param keyed sections with keyed state and timers, one per state file
 * @param operator sections with operator state (list, union, broadcast)
 * @param splits source splits with their progress; shared out among the readers on restore
 * @param committables serialised committables of a sink, prepared and not known to be committed
 * @param channels records that were in flight to the operator when a barrier overtook them
 */
public record StateHandles(
    List<KeyedSection> keyed,
    List<FileSection> operator,
    List<SplitState> splits,
    List<Blob> committables,
    List<ChannelSection> channels) {
  public static final StateHandles EMPTY =
      new StateHandles(List.of(), List.of(), List.of(), List.of(), List.of());

  public StateHandles {
    keyed = List.copyOf(keyed);
    operator = List.copyOf(operator);
    splits = List.copyOf(splits);
    committables = List.copyOf(committables);
    channels = List.copyOf(channels);
  }

  /** Without records in flight. */
  public StateHandles(
      List<KeyedSection> keyed,
      List<FileSection> operator,
      List<SplitState> splits,
      List<Blob> committables) {
    this(keyed, operator, splits, committables, List.of());
  }

  /** Records in flight on one edge to one subtask. */
  public record ChannelSection(EdgeId edge, FileSection section) {}

  /**
   * A checksummed part of a file in the checkpoint store.
   *
   * @param path relative to the store
   * @param crc32c of the section's bytes; never trusted unread
   */
  public record FileSection(String path, long offset, long length, int crc32c) {
    FileSection withPath(UnaryOperator<String> paths) {
      return new FileSection(paths.apply(path), offset, length, crc32c);
    }
  }

  /**
   * Keyed state of a range of key groups: {@code sections.get(i)} is group {@code range.first() +
   * i}.
   *
   * @param image where the states are that are not in the sections
   */
  public record KeyedSection(
      KeyGroupRange range, List<FileSection> groups, Optional<StoreImage> image) {
    public KeyedSection(KeyGroupRange range, List<FileSection> groups) {
      this(range, groups, Optional.empty());
    }

    public KeyedSection {
      groups = List.copyOf(groups);
      if (groups.size() != range.size()) {
        throw new IllegalArgumentException(range + " has " + groups.size() + " sections");
      }
    }
  }

  /**
   * Keyed state as the files of a store on disk.
   *
   * @param range the key groups that are in the files; a section of some of them has the same image
   * @param description by which the store reads them
   */
  public record StoreImage(KeyGroupRange range, FileSection description, List<SharedFile> files) {
    public StoreImage {
      files = List.copyOf(files);
    }

    StoreImage withPath(UnaryOperator<String> paths) {
      return new StoreImage(range, description.withPath(paths), files);
    }
  }

  /**
   * A file that several checkpoints of a job may have in common, beside their directories. It is
   * deleted when none has it any more.
   *
   * @param path relative to the store; never given to another content
   * @param name in the directory of the store on disk
   */
  public record SharedFile(String path, String name, long length, int crc32c) {}

  /** Bytes written by a {@link io.millrace.core.source.VersionedSerializer}, with its version. */
  public record Blob(int version, byte[] bytes) {
    public Blob {
      bytes = bytes.clone();
    }

    /**
     * The value again. The bytes are in memory, so that trying again would bring nothing else.
     *
     * @param what for the message, such as "A split"
     * @throws CorruptStateException if the serializer can't read them
     */
    public <T> T read(VersionedSerializer<T> serializer, String what) {
      try {
        return serializer.deserialize(version, bytes);
      } catch (IOException | RuntimeException e) {
        throw new CorruptStateException(what + " can't be read back: " + e.getMessage(), e);
      }
    }
  }

  /**
   * A source split with its progress, serialised, and its event time.
   *
   * @param watermark what the split has promised of its further records, in milliseconds; {@link
   *     Long#MIN_VALUE} if nothing. It goes wherever the split goes, so that one with nothing left
   *     to read does not hold event time back after a restore.
   */
  public record SplitState(Blob split, long watermark) {}

  /** The same with other paths of files, but for those that are shared. */
  public StateHandles withPaths(UnaryOperator<String> paths) {
    return new StateHandles(
        keyed.stream()
            .map(
                section ->
                    new KeyedSection(
                        section.range(),
                        section.groups().stream().map(group -> group.withPath(paths)).toList(),
                        section.image().map(image -> image.withPath(paths))))
            .toList(),
        operator.stream().map(section -> section.withPath(paths)).toList(),
        splits,
        committables,
        channels.stream()
            .map(channel -> new ChannelSection(channel.edge(), channel.section().withPath(paths)))
            .toList());
  }

  /** The files it is in, but for those that are shared. */
  public SortedSet<String> paths() {
    TreeSet<String> paths = new TreeSet<>();
    operator.forEach(section -> paths.add(section.path()));
    channels.forEach(channel -> paths.add(channel.section().path()));
    for (KeyedSection section : keyed) {
      section.groups().forEach(group -> paths.add(group.path()));
      section.image().ifPresent(image -> paths.add(image.description().path()));
    }
    return paths;
  }

  /** The files that other checkpoints may have as well. */
  public SortedSet<String> sharedPaths() {
    TreeSet<String> paths = new TreeSet<>();
    for (KeyedSection section : keyed) {
      section.image().ifPresent(image -> image.files().forEach(file -> paths.add(file.path())));
    }
    return paths;
  }

  /** Bytes of records in flight. */
  public long channelBytes() {
    return channels.stream().mapToLong(channel -> channel.section().length()).sum();
  }

  public long sizeInBytes() {
    long size = channelBytes();
    for (KeyedSection section : keyed) {
      for (FileSection group : section.groups()) {
        size += group.length();
      }
      if (section.image().isPresent()) {
        size += section.image().get().description().length();
        for (SharedFile file : section.image().get().files()) {
          size += file.length();
        }
      }
    }
    for (FileSection section : operator) {
      size += section.length();
    }
    for (SplitState state : splits) {
      size += state.split().bytes().length;
    }
    for (Blob blob : committables) {
      size += blob.bytes().length;
    }
    return size;
  }
}
