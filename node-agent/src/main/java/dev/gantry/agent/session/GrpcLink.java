package dev.gantry.agent.session;

import dev.gantry.api.stream.MessageStream;
import dev.gantry.api.v1.AgentMessage;
import dev.gantry.api.v1.NodesGrpc;
import dev.gantry.api.v1.ServerMessage;
import dev.gantry.api.v1.TunnelDown;
import dev.gantry.api.v1.TunnelUp;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Locale;
import java.util.Optional;

/// A session stream over gRPC. Session and tunnels share one connection.
final class GrpcLink implements ControlPlaneLink {
    private final ManagedChannel channel;
    private final NodesGrpc.NodesStub nodes;
    private final MessageStream<ServerMessage, AgentMessage> stream = MessageStream.calling();

    GrpcLink(ManagedChannel channel) {
        this.channel = channel;
        this.nodes = NodesGrpc.newStub(channel);
        var _ = nodes.session(stream.responses());
    }

    @Override
    public void send(AgentMessage message) throws InterruptedException {
        try {
            stream.write(message);
        } catch (StatusRuntimeException e) {
            throw broken(e);
        }
    }

    @Override
    public Optional<ServerMessage> receive() throws InterruptedException {
        try {
            return stream.read();
        } catch (StatusRuntimeException e) {
            throw broken(e);
        }
    }

    @Override
    public MessageStream<TunnelDown, TunnelUp> openTunnel() {
        MessageStream<TunnelDown, TunnelUp> tunnel = MessageStream.calling();
        var _ = nodes.tunnel(tunnel.responses());
        return tunnel;
    }

    @Override
    public void close() {
        stream.fail(Status.CANCELLED.withDescription("the agent ends the session"));
        channel.shutdownNow();
    }

    static LinkException broken(StatusRuntimeException cause) {
        return new LinkException(words(cause), cause);
    }

    /// What gRPC says about a failure, with the root of it: "UNAVAILABLE: io exception" alone tells
    /// nobody that the port is closed.
    static String words(StatusRuntimeException failure) {
        Status status = failure.getStatus();
        var words = new StringBuilder(status.getCode().name().toLowerCase(Locale.ROOT));
        if (status.getDescription() != null) {
            words.append(": ").append(status.getDescription());
        }
        Throwable cause = status.getCause();
        while (cause != null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause != null && cause.getMessage() != null) {
            words.append(": ").append(cause.getMessage());
        }
        return words.toString();
    }
}
