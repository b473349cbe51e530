package dev.gantry.agent.sys;

/// The flags of open(2) whose numbers differ between architectures (`fcntl.h` of arm).
final class OpenFlags {
    private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

    static final int DIRECTORY = ARM ? 0x4000 : 0x10000;
    static final int NOFOLLOW = ARM ? 0x8000 : 0x20000;

    private OpenFlags() {}
}
