package io.millrace.core.format;

import io.millrace.core.types.TypeInformation;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Text as strings, UTF-8 unless told otherwise. Bytes that are no such text are a poison record,
 * never silently replaced by question marks.
 */
public final class SimpleStringSchema
    implements DeserializationSchema<String>, SerializationSchema<String> {
  private static final long serialVersionUID = 1L;

  private final String charsetName;
  private transient Charset charset;
  private transient CharsetDecoder decoder;

  public SimpleStringSchema() {
    this(StandardCharsets.UTF_8);
  }

  public SimpleStringSchema(Charset charset) {
    this.charsetName = charset.name();
  }

  @Override
  public void open() {
    charset = Charset.forName(charsetName);
    decoder =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
  }

  @Override
  public String deserialize(byte[] bytes) throws CharacterCodingException {
    if (decoder == null) {
      open();
    }
    // The constructor is several times faster than a decoder and right for nearly all text; only
    // where it has replaced something is the slow way asked whether that stood in the input.
    String text = new String(bytes, charset);
    if (text.indexOf('\ufffd') >= 0) {
      return decoder.decode(ByteBuffer.wrap(bytes)).toString();
    }
    return text;
  }

  @Override
  public byte[] serialize(String element) {
    if (charset == null) {
      open();
    }
    return element.getBytes(charset);
  }

  @Override
  public TypeInformation<String> producedType() {
    return TypeInformation.of(String.class);
  }
}
