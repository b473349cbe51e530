package dev.gantry.agent.session;

import com.google.protobuf.ByteString;
import dev.gantry.api.stream.MessageStream;
import dev.gantry.api.v1.ExecRequest;
import dev.gantry.api.v1.ExecResponse;
import dev.gantry.api.v1.LogsResponse;
import dev.gantry.api.v1.PortForwardRequest;
import dev.gantry.api.v1.PortForwardResponse;
import dev.gantry.api.v1.TunnelDown;
import dev.gantry.api.v1.TunnelUp;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Optional;

/// A tunnel as the streams that [NodeWork] uses.
final class TunnelStreams implements ExecStreams, PortStreams {
    /// Large enough for throughput, small enough to interleave with other streams of the
    /// connection.
    static final int CHUNK = 64 * 1024;

    private final MessageStream<TunnelDown, TunnelUp> tunnel;

    TunnelStreams(MessageStream<TunnelDown, TunnelUp> tunnel) {
        this.tunnel = tunnel;
    }

    @Override
    public Input next() throws InterruptedException {
        while (true) {
            TunnelDown down = receive();
            if (down.getEnd()) {
                return new Input.StdinClosed();
            }
            ExecRequest request = down.getExec();
            switch (request.getRequestCase()) {
                case STDIN -> {
                    return new Input.Stdin(request.getStdin());
                }
                case STDIN_CLOSED -> {
                    return new Input.StdinClosed();
                }
                case RESIZE -> {
                    var size = request.getResize();
                    return new Input.Resize(size.getColumns(), size.getRows());
                }
                case START, REQUEST_NOT_SET -> {}
            }
        }
    }

    @Override
    public void started() throws InterruptedException {
        send(ExecResponse.newBuilder().setStarted(true));
    }

    @Override
    public void stdout(ByteString data) throws InterruptedException {
        for (int at = 0; at < data.size(); at += CHUNK) {
            send(ExecResponse.newBuilder().setStdout(chunk(data, at)));
        }
    }

    @Override
    public void stderr(ByteString data) throws InterruptedException {
        for (int at = 0; at < data.size(); at += CHUNK) {
            send(ExecResponse.newBuilder().setStderr(chunk(data, at)));
        }
    }

    void exited(int code) throws InterruptedException {
        send(ExecResponse.newBuilder().setExitCode(code));
    }

    @Override
    public void connected() throws InterruptedException {
        send(PortForwardResponse.newBuilder().setConnected(true));
    }

    @Override
    public Optional<ByteString> read() throws InterruptedException {
        while (true) {
            TunnelDown down = receive();
            PortForwardRequest request = down.getPortForward();
            if (down.getEnd() || request.getHalfClose()) {
                return Optional.empty();
            }
            if (request.hasData() && !request.getData().isEmpty()) {
                return Optional.of(request.getData());
            }
        }
    }

    @Override
    public void write(ByteString data) throws InterruptedException {
        for (int at = 0; at < data.size(); at += CHUNK) {
            send(PortForwardResponse.newBuilder().setData(chunk(data, at)));
        }
    }

    @Override
    public void closeOutput() throws InterruptedException {
        send(PortForwardResponse.newBuilder().setHalfClose(true));
    }

    /// Output of a container as a log reader gets it.
    LogSink logs() {
        return data -> {
            for (int at = 0; at < data.size(); at += CHUNK) {
                var response = LogsResponse.newBuilder().setData(chunk(data, at));
                send(TunnelUp.newBuilder().setLogs(response).build());
            }
        };
    }

    /// The bytes of an archive; reading fails when they end before the sender said so.
    InputStream archive() {
        return new Archive();
    }

    private void send(ExecResponse.Builder response) throws InterruptedException {
        send(TunnelUp.newBuilder().setExec(response).build());
    }

    private void send(PortForwardResponse.Builder response) throws InterruptedException {
        send(TunnelUp.newBuilder().setPortForward(response).build());
    }

    void send(TunnelUp message) throws InterruptedException {
        try {
            tunnel.write(message);
        } catch (StatusRuntimeException e) {
            throw closed(e);
        }
    }

    private TunnelDown receive() throws InterruptedException {
        try {
            return tunnel.read()
                    .orElseThrow(() -> new TunnelClosedException("the caller has gone"));
        } catch (StatusRuntimeException e) {
            throw closed(e);
        }
    }

    private static TunnelClosedException closed(StatusRuntimeException cause) {
        return new TunnelClosedException(GrpcLink.words(cause));
    }

    private static ByteString chunk(ByteString data, int at) {
        return data.substring(at, Math.min(data.size(), at + CHUNK));
    }

    private final class Archive extends InputStream {
        private ByteString rest = ByteString.EMPTY;
        private boolean ended;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            while (rest.isEmpty() && !ended && length > 0) {
                next();
            }
            if (length == 0) {
                return 0;
            }
            int count = Math.min(length, rest.size());
            rest.substring(0, count).copyTo(target, offset);
            rest = rest.substring(count);
            return count == 0 ? -1 : count;
        }

        private void next() throws IOException {
            try {
                TunnelDown down = receive();
                ended = down.getEnd();
                rest = down.getData();
            } catch (TunnelClosedException e) {
                throw new IOException("the archive was cut short", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                var interrupted = new InterruptedIOException("the transfer was stopped");
                interrupted.initCause(e);
                throw interrupted;
            }
        }
    }
}
