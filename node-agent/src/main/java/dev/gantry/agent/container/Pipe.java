package dev.gantry.agent.container;

import dev.gantry.agent.sys.SyscallException;
import dev.gantry.agent.sys.Syscalls;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/// Our end of a pipe to a program: streams that block the calling thread but not its carrier.
/// Closing a stream closes the descriptor and wakes whoever waits for it.
final class Pipe {
    private final Syscalls syscalls;
    private final PipeWatch watch;
    private final int fd;

    // Held for the length of a system call, so that no call meets a number that is another's.
    private final ReentrantLock use = new ReentrantLock();
    private boolean closed;

    /// @param fd belongs to the pipe from now on
    private Pipe(Syscalls syscalls, PipeWatch watch, int fd) {
        this.syscalls = syscalls;
        this.watch = watch;
        this.fd = fd;
        syscalls.nonblocking(fd);
    }

    static InputStream input(Syscalls syscalls, PipeWatch watch, int fd) {
        return new Input(new Pipe(syscalls, watch, fd));
    }

    static OutputStream output(Syscalls syscalls, PipeWatch watch, int fd) {
        return new Output(new Pipe(syscalls, watch, fd));
    }

    private interface Call {
        int of(int fd);
    }

    /// Tries until the call no longer says -1.
    private int blocking(boolean writing, Call call) throws IOException {
        while (true) {
            int result = once(call);
            if (result >= 0) {
                return result;
            }
            watch.await(fd, writing);
        }
    }

    private int once(Call call) throws IOException {
        use.lock();
        try {
            if (closed) {
                throw new IOException("the pipe is closed");
            }
            return call.of(fd);
        } catch (SyscallException e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            use.unlock();
        }
    }

    private void close() {
        use.lock();
        try {
            if (!closed) {
                closed = true;
                watch.forget(fd);
                syscalls.close(fd);
            }
        } finally {
            use.unlock();
        }
    }

    private static final class Input extends InputStream {
        private final Pipe pipe;

        Input(Pipe pipe) {
            this.pipe = pipe;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            var bytes = new byte[length];
            int n = pipe.blocking(false, fd -> pipe.syscalls.readSome(fd, bytes));
            System.arraycopy(bytes, 0, into, offset, n);
            return n == 0 ? -1 : n;
        }

        @Override
        public void close() {
            pipe.close();
        }
    }

    private static final class Output extends OutputStream {
        private final Pipe pipe;

        Output(Pipe pipe) {
            this.pipe = pipe;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int at = offset;
            while (at < offset + length) {
                var rest = Arrays.copyOfRange(bytes, at, offset + length);
                at += pipe.blocking(true, fd -> pipe.syscalls.writeSome(fd, rest));
            }
        }

        @Override
        public void close() {
            pipe.close();
        }
    }
}
