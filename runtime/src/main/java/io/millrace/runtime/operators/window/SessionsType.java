package io.millrace.runtime.operators.window;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.TypeSchema;
import io.millrace.core.types.TypeSerializer;
import java.util.ArrayList;
import java.util.List;

/** The type of {@link Sessions} with accumulators of one type. */
public final class SessionsType<A> extends CompositeType<Sessions<A>> {
  private static final long serialVersionUID = 1L;
  private static final int LEAST_BYTES = 1 + 2 * Long.BYTES + 1 + 1;

  private final TypeInformation<A> accumulator;

  public SessionsType(TypeInformation<A> accumulator) {
    this.accumulator = accumulator;
  }

  @Override
  @SuppressWarnings("unchecked")
  public Class<? super Sessions<A>> rawClass() {
    return (Class<? super Sessions<A>>) (Class<?>) Sessions.class;
  }

  @Override
  public TypeSerializer<Sessions<A>> serializer() {
    return new Serializer<>(accumulator.serializer());
  }

  @Override
  List<TypeSchema.Part> element() {
    return List.of(
        part("start", long.class),
        part("end", long.class),
        part("fired", boolean.class),
        part("accumulator", accumulator.schema()));
  }

  private record Serializer<A>(TypeSerializer<A> accumulators)
      implements TypeSerializer<Sessions<A>> {
    @Override
    public void write(Sessions<A> value, BinaryWriter out) {
      out.writeVarInt(value.sessions.size());
      for (Session<A> session : value.sessions) {
        out.writeByte(1);
        out.writeLong(session.start);
        out.writeLong(session.end);
        out.writeBoolean(session.fired);
        accumulators.writeNullable(session.accumulator, out);
      }
    }

    @Override
    public Sessions<A> read(BinaryReader in) {
      int size = in.readSize(LEAST_BYTES);
      List<Session<A>> sessions = new ArrayList<>(size);
      for (int i = 0; i < size; i++) {
        requirePresence(in);
        long start = in.readLong();
        long end = in.readLong();
        boolean fired = in.readBoolean();
        sessions.add(new Session<>(start, end, fired, accumulators.readNullable(in)));
      }
      return new Sessions<>(sessions);
    }

    @Override
    public Sessions<A> copy(Sessions<A> value) {
      List<Session<A>> copies = new ArrayList<>(value.sessions.size());
      for (Session<A> session : value.sessions) {
        copies.add(
            new Session<>(
                session.start,
                session.end,
                session.fired,
                accumulators.copyNullable(session.accumulator)));
      }
      return new Sessions<>(copies);
    }

    @Override
    public boolean isImmutable() {
      return false;
    }
  }
}
