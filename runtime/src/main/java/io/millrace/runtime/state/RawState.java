package io.millrace.runtime.state;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import java.io.IOException;

/**
 * One state of one section of a snapshot, checked and not yet decoded.
 *
 * @param origin file and section, for messages
 * @param entries a frame of its own; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and too large to copy
public record RawState(StateMeta meta, String origin, byte[] entries) {
  public BinaryReader reader(ClassLoader loader) {
    return new BinaryReader(entries, loader);
  }

  /** Writes the state into another snapshot as it is. */
  public void copyTo(SectionOutput out) throws IOException {
    BinaryWriter writer = new BinaryWriter(entries.length);
    writer.writeBytes(entries, 0, entries.length);
    out.state(meta, writer);
  }
}
