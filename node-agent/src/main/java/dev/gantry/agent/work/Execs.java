package dev.gantry.agent.work;

import com.google.protobuf.ByteString;
import dev.gantry.agent.container.AttachedStreams;
import dev.gantry.agent.container.ContainerRuntime;
import dev.gantry.agent.container.ExecProcess;
import dev.gantry.agent.container.ExecSpec;
import dev.gantry.agent.container.LaunchException;
import dev.gantry.agent.session.ExecStreams;
import dev.gantry.agent.session.TunnelClosedException;
import dev.gantry.agent.session.WorkException;
import dev.gantry.agent.session.WorkException.Reason;
import dev.gantry.api.v1.ExecStart;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// Carries exec and attach between a caller's streams and a container.
final class Execs {
    private static final int CHUNK = 32 << 10;

    private final ContainerRuntime runtime;

    Execs(ContainerRuntime runtime) {
        this.runtime = runtime;
    }

    int exec(String id, ExecStart start, ExecStreams streams) throws InterruptedException {
        var spec =
                new ExecSpec(
                        start.getCommandList(),
                        null,
                        null,
                        null,
                        start.getTty(),
                        start.getStdin(),
                        start.getSize().getColumns(),
                        start.getSize().getRows());
        try (var process = runtime.exec(id, spec)) {
            streams.started();
            var input = start("exec-in-" + id, () -> feed(process, streams));
            var output =
                    start(
                            "exec-out-" + id,
                            () -> carry(process, process.stdout(), streams::stdout));
            var errors =
                    start(
                            "exec-err-" + id,
                            () -> carry(process, process.stderr(), streams::stderr));
            try {
                output.join();
                errors.join();
                return process.waitFor();
            } finally {
                input.interrupt();
                output.interrupt();
                errors.interrupt();
            }
        } catch (LaunchException e) {
            throw new WorkException(Reason.INVALID, String.valueOf(e.getMessage()), e);
        }
    }

    private static Thread start(String name, Runnable work) {
        return Thread.ofVirtual().name(name).start(work);
    }

    private interface Sink {
        void write(ByteString data) throws InterruptedException;
    }

    private static void copy(InputStream in, Sink sink) throws IOException, InterruptedException {
        var buffer = new byte[CHUNK];
        int n;
        while ((n = in.read(buffer)) >= 0) {
            if (n > 0) {
                sink.write(ByteString.copyFrom(buffer, 0, n));
            }
        }
    }

    private static void carry(ExecProcess process, InputStream in, Sink sink) {
        try {
            copy(in, sink);
        } catch (IOException e) {
            // The process is gone: its exit code tells.
        } catch (TunnelClosedException e) {
            process.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void feed(ExecProcess process, ExecStreams streams) {
        OutputStream stdin = process.stdin();
        try {
            while (true) {
                switch (streams.next()) {
                    case ExecStreams.Input.Stdin(var data) -> {
                        data.writeTo(stdin);
                        stdin.flush();
                    }
                    case ExecStreams.Input.StdinClosed _ -> stdin.close();
                    case ExecStreams.Input.Resize(var columns, var rows) ->
                            process.resize(columns, rows);
                }
            }
        } catch (IOException e) {
            // The program reads no more; its end is told by its exit code.
        } catch (TunnelClosedException e) {
            process.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Joins the container's streams; returns when its output ends.
    void attach(String id, ExecStart start, ExecStreams streams) throws InterruptedException {
        try (var attached = runtime.attach(id)) {
            streams.started();
            if (start.getTty() && start.hasSize()) {
                attached.resize(start.getSize().getColumns(), start.getSize().getRows());
            }
            var input = start("attach-in-" + id, () -> feed(attached, streams));
            try {
                var chunk = attached.next();
                while (chunk.isPresent()) {
                    var data = chunk.get().bytes();
                    if (chunk.get().error()) {
                        streams.stderr(data);
                    } else {
                        streams.stdout(data);
                    }
                    chunk = attached.next();
                }
            } finally {
                input.interrupt();
            }
        }
    }

    private static void feed(AttachedStreams attached, ExecStreams streams) {
        try {
            while (true) {
                switch (streams.next()) {
                    case ExecStreams.Input.Stdin(var data) -> {
                        var bytes = data.toByteArray();
                        attached.write(bytes, 0, bytes.length);
                    }
                    case ExecStreams.Input.StdinClosed _ -> attached.closeStdin();
                    case ExecStreams.Input.Resize(var columns, var rows) ->
                            attached.resize(columns, rows);
                }
            }
        } catch (TunnelClosedException e) {
            attached.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
