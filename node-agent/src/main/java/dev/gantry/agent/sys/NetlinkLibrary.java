package dev.gantry.agent.sys;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;

/// The C library's calls that the network needs, by direct mapping. Every call throws
/// `LastErrorException` with the errno; callers turn it into a [NetlinkException] that says what
/// was attempted.
final class NetlinkLibrary {

    static final int AF_NETLINK = 16;
    static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    static final int SOL_SOCKET = 1;
    static final int SO_RCVTIMEO = 20;
    static final int O_RDONLY_CLOEXEC = 0x80000;
    static final int CLONE_NEWNET = 0x40000000;

    static {
        Native.register(NetlinkLibrary.class, "c");
    }

    private NetlinkLibrary() {}

    static native int socket(int domain, int type, int protocol) throws LastErrorException;

    static native int bind(int fd, byte[] address, int length) throws LastErrorException;

    static native long send(int fd, byte[] buffer, long length, int flags)
            throws LastErrorException;

    static native long recv(int fd, byte[] buffer, long length, int flags)
            throws LastErrorException;

    static native int setsockopt(int fd, int level, int name, byte[] value, int length)
            throws LastErrorException;

    static native int getsockopt(int fd, int level, int name, byte[] value, int[] length)
            throws LastErrorException;

    static native int open(String path, int flags, int mode) throws LastErrorException;

    static native int close(int fd) throws LastErrorException;

    static native int setns(int fd, int type) throws LastErrorException;

    static native int unshare(int flags) throws LastErrorException;
}
