package dev.gantry.agent.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// Two agents never share a data directory: whoever holds its lock may use it. The kernel drops the
/// lock with the process.
public final class DataLock implements AutoCloseable {
    private final FileChannel channel;
    private final FileLock lock;

    private DataLock(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    /// The lock; empty when another process has it.
    public static Optional<DataLock> take(Path dataDir) {
        try {
            Files.createDirectories(dataDir);
            var channel =
                    FileChannel.open(
                            dataDir.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            try {
                var lock = channel.tryLock();
                if (lock != null) {
                    return Optional.of(new DataLock(channel, lock));
                }
            } catch (OverlappingFileLockException e) {
                // Another agent of this very process: the same answer.
            }
            channel.close();
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("failed to lock " + dataDir, e);
        }
    }

    @Override
    public void close() {
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("failed to release the lock", e);
        }
    }
}
