package dev.gantry.agent.sys;

/// The error numbers that rtnetlink, netfilter and setns answer with, in words (errno(3)).
public final class NetlinkErrno {

    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int EAGAIN = 11;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int EOPNOTSUPP = 95;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENETDOWN = 100;
    public static final int ENETUNREACH = 101;
    public static final int ENOBUFS = 105;

    private NetlinkErrno() {}

    static String words(int errno) {
        String known =
                switch (errno) {
                    case EPERM -> "operation not permitted";
                    case ENOENT -> "no such entry";
                    case ESRCH -> "no such route or process";
                    case EAGAIN -> "no answer in time";
                    case EBUSY -> "busy";
                    case EEXIST -> "exists already";
                    case ENODEV -> "no such device";
                    case EINVAL -> "invalid argument";
                    case EOPNOTSUPP -> "not supported by this kernel";
                    case EADDRNOTAVAIL -> "address not available";
                    case ENETDOWN -> "link is down";
                    case ENETUNREACH -> "network unreachable";
                    case ENOBUFS -> "no buffer space";
                    default -> "error";
                };
        return known + " (errno " + errno + ")";
    }
}
