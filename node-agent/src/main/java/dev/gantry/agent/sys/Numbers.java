package dev.gantry.agent.sys;

/// Numbers of system calls that the C library does not wrap everywhere; the same on every
/// architecture, since they are newer than the common table.
final class Numbers {
    static final long PIDFD_SEND_SIGNAL = 424;
    static final long OPEN_TREE = 428;
    static final long MOVE_MOUNT = 429;
    static final long PIDFD_OPEN = 434;
    static final long OPENAT2 = 437;
    static final long MOUNT_SETATTR = 442;

    private Numbers() {}
}
