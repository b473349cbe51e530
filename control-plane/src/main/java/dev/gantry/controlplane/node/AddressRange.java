package dev.gantry.controlplane.node;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/// A range of IPv4 addresses ("10.200.0.0/16").
///
/// @param address the first address, as an unsigned number
/// @param prefix how many leading bits are fixed, 0 to 32
record AddressRange(int address, int prefix) {
    /// @throws IllegalArgumentException when the text is no range
    static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0
                || !(InetAddress.ofLiteral(text.substring(0, slash)) instanceof Inet4Address v4)) {
            throw new IllegalArgumentException(text + " is not an IPv4 range like 10.200.0.0/16");
        }
        int prefix = Integer.parseInt(text.substring(slash + 1));
        if (prefix < 0 || prefix > Integer.SIZE) {
            throw new IllegalArgumentException(text + ": the prefix must be from 0 to 32");
        }
        int mask = prefix == 0 ? 0 : -1 << (Integer.SIZE - prefix);
        return new AddressRange(ByteBuffer.wrap(v4.getAddress()).getInt() & mask, prefix);
    }

    /// How many ranges of a longer prefix fit.
    int parts(int longer) {
        return longer < prefix ? 0 : 1 << Math.min(Integer.SIZE - 2, longer - prefix);
    }

    /// One of these parts.
    AddressRange part(int index, int longer) {
        return new AddressRange(address + (index << (Integer.SIZE - longer)), longer);
    }

    /// The address at an offset, in dotted form.
    String host(int offset) {
        int at = address + offset;
        return (at >>> 24) + "." + (at >>> 16 & 0xff) + "." + (at >>> 8 & 0xff) + "." + (at & 0xff);
    }

    @Override
    public String toString() {
        return host(0) + "/" + prefix;
    }
}
