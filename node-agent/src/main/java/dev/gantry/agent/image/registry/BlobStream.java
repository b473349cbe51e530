package dev.gantry.agent.image.registry;

import dev.gantry.agent.image.registry.RegistryException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/// A blob's bytes over as many connections as it takes: after a cut it asks for the rest.
final class BlobStream extends InputStream {
    private static final int FRUITLESS_MAX = 5;
    private static final int RESUMES_MAX = 100;

    private final RegistryConnection connection;
    private final String path;
    private final long size;
    private @Nullable InputStream body;
    private long position;
    private int fruitless;
    private int resumes;
    private @Nullable IOException last;

    BlobStream(RegistryConnection connection, String path, long size)
            throws IOException, InterruptedException {
        this.connection = connection;
        this.path = path;
        this.size = size;
        this.body = connection.send(path, "*/*", 0).body();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        int count = read(one, 0, 1);
        return count < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        while (position < size) {
            InputStream open = body;
            int count = open == null ? -1 : readOnce(open, buffer, offset, length);
            if (count > 0) {
                position += count;
                fruitless = 0;
                return count;
            }
            resume();
        }
        return -1;
    }

    /// -1 when the connection was cut; bytes beyond the stated size are not read.
    private int readOnce(InputStream open, byte[] buffer, int offset, int length) {
        try {
            return open.read(buffer, offset, (int) Math.min(length, size - position));
        } catch (IOException e) {
            last = e;
            return -1;
        }
    }

    private void resume() throws IOException {
        close();
        fruitless++;
        resumes++;
        if (fruitless > FRUITLESS_MAX || resumes > RESUMES_MAX) {
            throw new RegistryException(
                    Kind.UNAVAILABLE,
                    "the download broke off after "
                            + position
                            + " of "
                            + size
                            + " bytes"
                            + reason(),
                    last);
        }
        try {
            connection.pause(fruitless, null);
            HttpResponse<InputStream> answer = connection.send(path, "*/*", position);
            InputStream open = answer.body();
            body = open;
            if (answer.statusCode() == 200) {
                open.skipNBytes(position);
            } else {
                checkRange(answer);
            }
        } catch (RegistryException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } catch (IOException e) {
            last = e;
            close();
        }
    }

    private String reason() {
        return last == null || last.getMessage() == null ? "" : ": " + last.getMessage();
    }

    private void checkRange(HttpResponse<InputStream> answer) throws RegistryException {
        String range = answer.headers().firstValue("Content-Range").orElse("");
        if (!range.startsWith("bytes " + position + "-")) {
            throw new RegistryException(
                    Kind.BAD_ANSWER, "the registry sends another range than it was asked for");
        }
    }

    @Override
    public void close() throws IOException {
        InputStream open = body;
        body = null;
        if (open != null) {
            open.close();
        }
    }
}
