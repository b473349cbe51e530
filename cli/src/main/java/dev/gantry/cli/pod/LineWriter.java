package dev.gantry.cli.pod;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/// Writes a container's output; with a prefix, line by line, so that several may share a stream.
final class LineWriter {
    private final PrintStream out;
    private final byte[] prefix;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    LineWriter(PrintStream out, String prefix) {
        this.out = out;
        this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
    }

    void write(ByteString bytes) {
        synchronized (out) {
            if (prefix.length == 0) {
                out.writeBytes(bytes.toByteArray());
                out.flush();
                return;
            }
            for (byte b : bytes) {
                line.write(b);
                if (b == '\n') {
                    put();
                }
            }
            out.flush();
        }
    }

    /// Writes what has no line's end yet.
    void end() {
        synchronized (out) {
            if (line.size() > 0) {
                line.write('\n');
                put();
            }
            out.flush();
        }
    }

    private void put() {
        out.writeBytes(prefix);
        out.writeBytes(line.toByteArray());
        line.reset();
    }
}
