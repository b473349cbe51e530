package dev.gantry.agent.sys;

import org.jspecify.annotations.Nullable;

/// The kernel refused a request about the network, or answered with something that cannot be read.
/// The message names what was attempted; [#errno] is 0 when no error number came with it.
public final class NetlinkException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int errno;

    public NetlinkException(String message, int errno) {
        this(message, errno, null);
    }

    public NetlinkException(String message, int errno, @Nullable Throwable cause) {
        super(errno == 0 ? message : message + ": " + NetlinkErrno.words(errno), cause);
        this.errno = errno;
    }

    public int errno() {
        return errno;
    }
}
