package dev.gantry.agent.image;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.zip.GZIPInputStream;

/// Tells by its first bytes how a stream is compressed, whatever its media type says, and
/// decompresses it as it is read.
final class Decompression {
    private static final int BUFFER = 64 * 1024;
    private static final int MAGIC = 4;

    private Decompression() {}

    /// @param raw read to wherever the decompressor needs; closed with the result
    static InputStream open(InputStream raw) throws IOException {
        PushbackInputStream in = new PushbackInputStream(raw, BUFFER);
        byte[] magic = new byte[MAGIC];
        int count = in.readNBytes(magic, 0, MAGIC);
        in.unread(magic, 0, count);
        if (count >= 2 && (magic[0] & 0xff) == 0x1f && (magic[1] & 0xff) == 0x8b) {
            return new GZIPInputStream(new Eager(in), BUFFER);
        }
        if (count == MAGIC
                && (magic[0] & 0xff) == 0x28
                && (magic[1] & 0xff) == 0xb5
                && magic[2] == 0x2f
                && (magic[3] & 0xff) == 0xfd) {
            return new ZstdInputStream(in);
        }
        return in;
    }

    /// `available` is 0 only at the end: GZIPInputStream takes 0 for "no further member", which a
    /// slow network says in the middle, too.
    private static final class Eager extends InputStream {
        private final PushbackInputStream in;

        Eager(PushbackInputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            return in.read();
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return in.read(buffer, offset, length);
        }

        @Override
        public int available() throws IOException {
            int next = in.read();
            if (next < 0) {
                return 0;
            }
            in.unread(next);
            return 1;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
