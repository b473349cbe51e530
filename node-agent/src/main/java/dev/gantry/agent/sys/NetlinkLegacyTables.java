package dev.gantry.agent.sys;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Reads what the old iptables (`iptables-legacy`) decided: nftables does not show it
/// (`linux/netfilter_ipv4/ip_tables.h`). Never changes anything.
public final class NetlinkLegacyTables {

    private static final Path NAMES = Path.of("/proc/thread-self/net/ip_tables_names");
    private static final int AF_INET = 2;
    private static final int IPPROTO_RAW = 255;
    private static final int SOL_IP = 0;
    private static final int GET_INFO = 64;
    private static final int GET_ENTRIES = 65;
    private static final int NAME = 32;
    private static final int INFO = 84;

    /// Place of the forward hook's policy in `struct ipt_getinfo`: after the name, the valid hooks
    /// and five entry points; then two policies on.
    private static final int UNDERFLOW_FORWARD = NAME + 4 + 5 * 4 + 2 * 4;

    private static final int SIZE_AT = 80;

    /// `struct ipt_get_entries`: the name, a size, and padding to eight bytes.
    private static final int ENTRIES_AT = 40;

    private static final int TARGET_OFFSET_AT = 88;
    private static final int TARGET_HEADER = 32;

    /// `-NF_DROP - 1`.
    private static final int VERDICT_DROP = -1;

    /// A table of more bytes is not looked into: 10,000 rules take 2 MiB.
    private static final int SIZE_MAX = 16 * 1024 * 1024;

    private NetlinkLegacyTables() {}

    /// Whether the policy of the old FORWARD chain is to drop, in the thread's network namespace.
    /// Does not load the table where it is not in use.
    public static boolean dropsForwarded() {
        if (!usesFilterTable()) {
            return false;
        }
        try {
            int fd = NetlinkLibrary.socket(AF_INET, NetlinkLibrary.SOCK_RAW_CLOEXEC, IPPROTO_RAW);
            try {
                return dropsForwarded(fd);
            } finally {
                NetlinkLibrary.close(fd);
            }
        } catch (LastErrorException e) {
            throw new NetlinkException(
                    "failed to read the old iptables' filter table", e.getErrorCode(), e);
        }
    }

    private static boolean dropsForwarded(int fd) {
        ByteBuffer info = query(fd, GET_INFO, INFO, 0);
        int policyAt = ENTRIES_AT + info.getInt(UNDERFLOW_FORWARD);
        int size = info.getInt(SIZE_AT);
        if (size < 0 || size > SIZE_MAX) {
            return false;
        }
        ByteBuffer entries = query(fd, GET_ENTRIES, ENTRIES_AT + size, size);
        if (policyAt < 0 || policyAt + TARGET_OFFSET_AT + 2 > entries.limit()) {
            return false;
        }
        int target = entries.getShort(policyAt + TARGET_OFFSET_AT) & 0xffff;
        int verdictAt = policyAt + target + TARGET_HEADER;
        return verdictAt + 4 <= entries.limit() && entries.getInt(verdictAt) == VERDICT_DROP;
    }

    private static ByteBuffer query(int fd, int option, int length, int size) {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
        buffer.put("filter".getBytes(StandardCharsets.US_ASCII));
        if (size > 0) {
            buffer.putInt(NAME, size);
        }
        NetlinkLibrary.getsockopt(fd, SOL_IP, option, buffer.array(), new int[] {length});
        return buffer;
    }

    private static boolean usesFilterTable() {
        try {
            List<String> names = Files.exists(NAMES) ? Files.readAllLines(NAMES) : List.of();
            return names.contains("filter");
        } catch (IOException e) {
            // Not readable: no old iptables in this kernel.
            return false;
        }
    }
}
