package dev.gantry.agent.session;

import com.google.protobuf.ByteString;
import java.util.Optional;

/// One forwarded connection. The two directions may be used by different threads; all methods throw
/// {@link TunnelClosedException} when the caller has gone.
public interface PortStreams {
    /// Says that the port accepted the connection: before any data.
    void connected() throws InterruptedException;

    /// The next bytes from the caller; empty once the caller writes no more.
    Optional<ByteString> read() throws InterruptedException;

    /// Waits while the caller reads slowly.
    void write(ByteString data) throws InterruptedException;

    /// The port writes no more.
    void closeOutput() throws InterruptedException;
}
