package dev.gantry.agent.probe;

import dev.gantry.agent.container.ContainerRuntime;
import dev.gantry.agent.container.ExecProcess;
import dev.gantry.agent.container.ExecSpec;
import dev.gantry.agent.container.LaunchException;
import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.ExecAction;
import dev.gantry.api.intstr.IntOrString;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/// Carries out one attempt of a probe. Blocks for at most the probe's time-out, give or take the
/// time to kill what it started; use virtual threads.
public final class Prober {
    private static final int OUTPUT_MAX = 1024;

    private final ContainerRuntime runtime;

    /// @param runtime for probes that run a command
    public Prober(ContainerRuntime runtime) {
        this.runtime = runtime;
    }

    /// @param id the container's run
    /// @param address the pod's, for probes that name no host
    public ProbeResult attempt(ProbeTrack track, Container container, String id, String address)
            throws InterruptedException {
        var probe = track.probe().getHandler();
        try {
            if (probe.hasExec()) {
                return exec(probe.getExec(), id, track.timeout());
            }
            if (probe.hasHttpGet()) {
                var action = probe.getHttpGet();
                var host = action.getHost().isEmpty() ? address : action.getHost();
                int port = port(action.getPort(), container);
                return HttpProbe.get(action, host, port, track.timeout());
            }
            if (probe.hasTcpSocket()) {
                var action = probe.getTcpSocket();
                var host = action.getHost().isEmpty() ? address : action.getHost();
                return connect(host, port(action.getPort(), container), track.timeout());
            }
            return ProbeResult.failed("the probe names no supported handler");
        } catch (IOException e) {
            return ProbeResult.failed(e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    private static ProbeResult connect(String host, int port, Duration timeout) throws IOException {
        try (var socket = new Socket()) {
            int millis = Math.toIntExact(Math.min(timeout.toMillis(), Integer.MAX_VALUE));
            socket.connect(new InetSocketAddress(host, port), millis);
            return ProbeResult.passed();
        }
    }

    private static int port(IntOrString port, Container container) {
        if (port.getType() == 0) {
            return port.getIntVal();
        }
        for (var named : container.getPortsList()) {
            if (named.getName().equals(port.getStrVal())) {
                return named.getContainerPort();
            }
        }
        throw new IllegalArgumentException("no port is named " + port.getStrVal());
    }

    private ProbeResult exec(ExecAction action, String id, Duration timeout)
            throws InterruptedException {
        var argv = action.getCommandList();
        ExecProcess process;
        try {
            process = runtime.exec(id, new ExecSpec(argv, null, null, null, false, false, 0, 0));
        } catch (LaunchException e) {
            return ProbeResult.failed(String.valueOf(e.getMessage()));
        }
        try (process) {
            var output = new AtomicReference<>("");
            var code = new AtomicInteger(-1);
            var done = new CountDownLatch(1);
            var watcher =
                    Thread.ofVirtual()
                            .name("probe-" + id)
                            .start(() -> {
                                try {
                                    output.set(drain(process.stdout()));
                                    code.set(process.waitFor());
                                } catch (IOException | InterruptedException e) {
                                    output.set(String.valueOf(e.getMessage()));
                                } finally {
                                    done.countDown();
                                }
                            });
            if (!done.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                process.close();
                watcher.interrupt();
                return ProbeResult.failed(
                        "command %s timed out after %ds".formatted(argv, timeout.toSeconds()));
            }
            return code.get() == 0 ? ProbeResult.passed() : ProbeResult.failed(output.get());
        }
    }

    /// Reads to the end, so that a talkative program is not stopped by a full pipe; keeps the
    /// beginning.
    private static String drain(InputStream in) throws IOException {
        var kept = new StringBuilder();
        var buffer = new byte[4096];
        int n;
        while ((n = in.read(buffer)) >= 0) {
            int room = OUTPUT_MAX - kept.length();
            if (room > 0) {
                kept.append(new String(buffer, 0, Math.min(n, room), StandardCharsets.UTF_8));
            }
        }
        return kept.toString().strip();
    }
}
