package dev.gantry.controlplane.node.grpc;

import dev.gantry.api.stream.MessageStream;
import dev.gantry.api.v1.AgentMessage;
import dev.gantry.api.v1.Hello;
import dev.gantry.api.v1.NodesGrpc;
import dev.gantry.api.v1.ServerMessage;
import dev.gantry.api.v1.TunnelDown;
import dev.gantry.api.v1.TunnelUp;
import dev.gantry.controlplane.node.NodeSession;
import dev.gantry.controlplane.node.NodeSessions;
import dev.gantry.loop.Timer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/// The service that agents call. Whom a call comes from is what its certificate says.
final class NodesService extends NodesGrpc.NodesImplBase {
    private static final Duration HELLO_DEADLINE = Duration.ofSeconds(10);

    /// An agent that says nothing for so many heartbeats is gone, whatever its connection says.
    private static final int SILENT_BEATS_MAX = 3;

    private final NodeSessions sessions;
    private final Tunnels tunnels;
    private final CallThreads threads;
    private final Timer timer;
    private final Supplier<Optional<String>> callingNode;

    /// @param callingNode the node whose certificate the current call carries, from gRPC's context;
    ///   empty when the caller is no node
    NodesService(
            NodeSessions sessions,
            Tunnels tunnels,
            CallThreads threads,
            Timer timer,
            Supplier<Optional<String>> callingNode) {
        this.sessions = sessions;
        this.tunnels = tunnels;
        this.threads = threads;
        this.timer = timer;
        this.callingNode = callingNode;
    }

    @Override
    public StreamObserver<AgentMessage> session(StreamObserver<ServerMessage> responses) {
        MessageStream<AgentMessage, ServerMessage> call = MessageStream.serving(responses);
        Optional<String> node = callingNode.get();
        threads.serve(call, () -> session(node, call));
        return call.inbound();
    }

    @Override
    public StreamObserver<TunnelUp> tunnel(StreamObserver<TunnelDown> responses) {
        MessageStream<TunnelUp, TunnelDown> call = MessageStream.serving(responses);
        Optional<String> node = callingNode.get();
        threads.beside(call, () -> tunnel(node, call));
        return call.inbound();
    }

    private void tunnel(Optional<String> node, MessageStream<TunnelUp, TunnelDown> call)
            throws InterruptedException {
        String name = node.orElseThrow(NodesService::notANode);
        TunnelUp first = withDeadline(call, call::read).orElse(TunnelUp.getDefaultInstance());
        if (!tunnels.opened(name, first.getId(), call)) {
            call.fail(Status.NOT_FOUND.withDescription("nobody waits for this tunnel"));
        }
    }

    private void session(Optional<String> node, MessageStream<AgentMessage, ServerMessage> call)
            throws InterruptedException {
        String name = node.orElseThrow(NodesService::notANode);
        Hello hello = withDeadline(call, call::read).map(AgentMessage::getHello).orElse(null);
        if (hello == null || hello.getNode().isEmpty()) {
            throw Status.INVALID_ARGUMENT
                    .withDescription("the first message of a session is hello, with a node")
                    .asRuntimeException();
        }
        if (!hello.getNode().equals(name)) {
            throw Status.PERMISSION_DENIED
                    .withDescription(
                            "the certificate is that of node "
                                    + name
                                    + ", not of node "
                                    + hello.getNode())
                    .asRuntimeException();
        }
        NodeSession session = sessions.open(hello);
        String reason = "the agent ended it";
        try {
            call.onClosed(() -> session.close("the connection was lost"));
            session.onClosed(() -> call.fail(ended(session)));
            threads.beside(call, () -> send(session, call));
            threads.beside(call, () -> sessions.storeStatuses(session));
            receive(session, call);
        } catch (StatusRuntimeException e) {
            reason = e.getStatus().toString();
            throw e;
        } finally {
            String why = reason;
            // On a thread that the end of the call does not interrupt.
            threads.beside(call, () -> sessions.closed(session, why));
        }
    }

    private void send(NodeSession session, MessageStream<AgentMessage, ServerMessage> call)
            throws InterruptedException {
        Optional<ServerMessage> next = session.take();
        while (next.isPresent()) {
            call.write(next.get());
            next = session.take();
        }
    }

    private void receive(NodeSession session, MessageStream<AgentMessage, ServerMessage> call)
            throws InterruptedException {
        Duration silence = sessions.heartbeat().multipliedBy(SILENT_BEATS_MAX + 1L);
        var heard = new AtomicBoolean(true);
        new Watchdog(session, heard, silence).start();
        Optional<AgentMessage> message = call.read();
        while (message.isPresent()) {
            heard.set(true);
            sessions.receive(session, message.get());
            message = call.read();
        }
    }

    private final class Watchdog {
        private final NodeSession session;
        private final AtomicBoolean heard;
        private final Duration silence;
        private volatile Timer.Scheduled next = () -> {};

        Watchdog(NodeSession session, AtomicBoolean heard, Duration silence) {
            this.session = session;
            this.heard = heard;
            this.silence = silence;
        }

        void start() {
            session.onClosed(() -> next.close());
            arm();
        }

        private void arm() {
            next = timer.schedule(silence, this::look);
        }

        private void look() {
            if (!heard.getAndSet(false)) {
                session.close("the agent is silent");
            } else if (session.closed().isEmpty()) {
                arm();
            }
        }
    }

    private interface Read<T> {
        T read() throws InterruptedException;
    }

    private <T> T withDeadline(MessageStream<?, ?> call, Read<T> read) throws InterruptedException {
        Timer.Scheduled deadline =
                timer.schedule(
                        HELLO_DEADLINE,
                        () ->
                                call.fail(
                                        Status.DEADLINE_EXCEEDED.withDescription(
                                                "the agent opened a stream and said nothing")));
        try {
            return read.read();
        } finally {
            deadline.close();
        }
    }

    private static Status ended(NodeSession session) {
        return Status.ABORTED.withDescription(session.closed().orElse("the session ended"));
    }

    private static StatusRuntimeException notANode() {
        return Status.PERMISSION_DENIED
                .withDescription("only nodes may call this, with a node's certificate")
                .asRuntimeException();
    }
}
