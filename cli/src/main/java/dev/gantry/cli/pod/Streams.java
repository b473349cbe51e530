package dev.gantry.cli.pod;

import com.google.protobuf.ByteString;
import dev.gantry.api.stream.MessageStream;
import dev.gantry.api.v1.ExecRequest;
import dev.gantry.api.v1.ExecResponse;
import dev.gantry.api.v1.ExecStart;
import dev.gantry.api.v1.TerminalSize;
import dev.gantry.cli.session.CommandException;
import dev.gantry.cli.session.Session;
import dev.gantry.cli.session.Terminal;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Optional;

/// Connects this process's three streams with those of a process in a container.
final class Streams {
    private static final int BUFFER = 16 * 1024;

    private final Session session;
    private final ExecStart start;
    private final MessageStream<ExecResponse, ExecRequest> call = MessageStream.calling();
    private Runnable restore = () -> {};

    Streams(Session session, ExecStart start) {
        this.session = session;
        this.start = start;
    }

    /// @return the command's exit code
    int exec() throws InterruptedException {
        session.client().pods().exec(call.responses());
        return run();
    }

    /// @return the container's exit code, 0 when the stream ended without one
    int attach() throws InterruptedException {
        session.client().pods().attach(call.responses());
        return run();
    }

    private int run() throws InterruptedException {
        ExecStart.Builder first = start.toBuilder();
        if (start.getTty()) {
            Terminal.size().ifPresent(size -> first.setSize(message(size)));
        }
        call.write(ExecRequest.newBuilder().setStart(first).build());
        try {
            Optional<ExecResponse> response = call.read();
            int code = 0;
            while (response.isPresent()) {
                code = take(response.get(), code);
                response = call.read();
            }
            return code;
        } finally {
            session.console().out().flush();
            restore.run();
        }
    }

    private int take(ExecResponse response, int code) throws InterruptedException {
        switch (response.getResponseCase()) {
            case STARTED -> started();
            case STDOUT -> put(session.console().out(), response.getStdout());
            case STDERR -> put(session.console().err(), response.getStderr());
            case EXIT_CODE -> {
                return response.getExitCode();
            }
            case RESPONSE_NOT_SET -> {
                // From a newer server: not for us.
            }
        }
        return code;
    }

    private static void put(PrintStream out, ByteString bytes) {
        out.writeBytes(bytes.toByteArray());
        out.flush();
    }

    private void started() throws InterruptedException {
        if (start.getTty()) {
            restore = Terminal.raw();
            WindowSignal.onResize(this::resize);
        }
        if (start.getStdin()) {
            // A platform thread: reading a terminal would hold a carrier for ever.
            Thread.ofPlatform().daemon().name("stdin").start(this::copyInput);
        }
    }

    private void copyInput() {
        InputStream in = session.console().in();
        byte[] buffer = new byte[BUFFER];
        try {
            int read = in.read(buffer);
            while (read >= 0) {
                ByteString bytes = ByteString.copyFrom(buffer, 0, read);
                call.write(ExecRequest.newBuilder().setStdin(bytes).build());
                read = in.read(buffer);
            }
            call.write(ExecRequest.newBuilder().setStdinClosed(true).build());
        } catch (IOException | StatusRuntimeException | CommandException _) {
            // The call is over, or there is no more input: the reader of the call says which.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void resize() {
        try {
            Optional<Terminal.Size> size = Terminal.size();
            if (size.isPresent() && !call.failed()) {
                call.write(ExecRequest.newBuilder().setResize(message(size.get())).build());
            }
        } catch (StatusRuntimeException _) {
            // The call is over.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static TerminalSize message(Terminal.Size size) {
        return TerminalSize.newBuilder().setColumns(size.columns()).setRows(size.rows()).build();
    }
}
