package dev.gantry.agent.session;

import dev.gantry.api.stream.MessageStream;
import dev.gantry.api.v1.AgentMessage;
import dev.gantry.api.v1.ServerMessage;
import dev.gantry.api.v1.TunnelDown;
import dev.gantry.api.v1.TunnelUp;
import java.util.Optional;

/// One open session stream. A port: gRPC in production, a simulated network in the simulation.
///
/// One thread receives, one sends, any may close.
public interface ControlPlaneLink extends AutoCloseable {
    /// Opens them. Blocks until the stream may be used, or fails soon.
    interface Connector {
        /// @throws LinkException when there is no way to the control plane now
        ControlPlaneLink connect() throws InterruptedException;

        /// Whether a new connection is due because the credentials near their end. Must not block.
        boolean credentialsDue();
    }

    /// The link, or the attempt to open one, failed. A new attempt may succeed.
    final class LinkException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public LinkException(String message) {
            super(message);
        }

        public LinkException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /// Waits until the message is on its way.
    ///
    /// @throws LinkException when the link is broken
    void send(AgentMessage message) throws InterruptedException;

    /// Waits for the next message; empty when the control plane ended the session.
    ///
    /// @throws LinkException when the link is broken
    Optional<ServerMessage> receive() throws InterruptedException;

    /// Opens a tunnel beside the session.
    MessageStream<TunnelDown, TunnelUp> openTunnel();

    /// Breaks the link; whoever waits in it is woken.
    @Override
    void close();
}
