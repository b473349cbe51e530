package dev.gantry.agent.container;

import com.google.protobuf.ByteString;
import java.util.Optional;

/// A connection to a running container. One thread reads, another may write.
public interface AttachedStreams extends AutoCloseable {
    /// Some output of one stream.
    ///
    /// @param error whether it is standard error; never of a terminal
    record Chunk(boolean error, ByteString bytes) {}

    /// Waits for output; empty at the end.
    Optional<Chunk> next();

    /// Writes to the container's input; discarded when it has none.
    void write(byte[] bytes, int offset, int length);

    /// Ends the container's input.
    void closeStdin();

    /// Tells the container's terminal its size; without effect when it has none.
    void resize(int columns, int rows);

    /// Detaches; the container runs on.
    @Override
    void close();
}
