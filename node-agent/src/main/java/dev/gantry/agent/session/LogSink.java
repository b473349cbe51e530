package dev.gantry.agent.session;

import com.google.protobuf.ByteString;

/// Where a container's output goes to.
public interface LogSink {
    /// Waits while the reader is slow. Chunks need not respect lines; at most a few 10 KiB each.
    ///
    /// @throws TunnelClosedException when the reader has gone
    void write(ByteString data) throws InterruptedException;
}
