package dev.gantry.agent.session;

import com.google.protobuf.ByteString;

/// The streams of an exec or attach. Input and output may be used by different threads; all methods
/// throw {@link TunnelClosedException} when the caller has gone.
public interface ExecStreams {
    /// What comes from the caller.
    sealed interface Input {
        /// Bytes for the process's standard input.
        record Stdin(ByteString data) implements Input {}

        /// No more standard input follows; a resize still may.
        record StdinClosed() implements Input {}

        /// The caller's terminal has a new size.
        record Resize(int columns, int rows) implements Input {}
    }

    /// Says that the process runs, or that the container is attached: before any output.
    void started() throws InterruptedException;

    /// The next input; waits for it.
    Input next() throws InterruptedException;

    /// Waits while the caller reads slowly.
    void stdout(ByteString data) throws InterruptedException;

    /// Waits while the caller reads slowly.
    void stderr(ByteString data) throws InterruptedException;
}
