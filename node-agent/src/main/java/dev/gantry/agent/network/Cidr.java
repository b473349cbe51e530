package dev.gantry.agent.network;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/// An IPv4 network, e.g. `10.200.3.0/24`.
///
/// @param network its first address; bits below the prefix are zero
/// @param prefixLength 0 to 32
public record Cidr(Inet4Address network, int prefixLength) {

    public Cidr {
        if (prefixLength < 0 || prefixLength > 32) {
            throw new IllegalArgumentException("prefix length " + prefixLength);
        }
        if ((number(network) & ~mask(prefixLength)) != 0) {
            throw new IllegalArgumentException(
                    network.getHostAddress() + " has bits below /" + prefixLength);
        }
    }

    /// Reads `a.b.c.d/n`.
    ///
    /// @throws IllegalArgumentException when it is anything else
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("not a network of the form a.b.c.d/n: " + text);
        }
        try {
            return new Cidr(
                    address(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a network of the form a.b.c.d/n: " + text, e);
        }
    }

    /// Reads `a.b.c.d`; no name is ever looked up.
    ///
    /// @throws IllegalArgumentException when it is anything else
    public static Inet4Address address(String text) {
        String[] parts = text.split("\\.", -1);
        byte[] bytes = new byte[4];
        if (parts.length != 4) {
            throw new IllegalArgumentException("not an IPv4 address: " + text);
        }
        for (int i = 0; i < 4; i++) {
            if (!parts[i].matches("[0-9]{1,3}") || Integer.parseInt(parts[i]) > 255) {
                throw new IllegalArgumentException("not an IPv4 address: " + text);
            }
            bytes[i] = (byte) Integer.parseInt(parts[i]);
        }
        return address(bytes);
    }

    /// How many addresses it has, the first and the last included.
    public long size() {
        return 1L << (32 - prefixLength);
    }

    /// The address at an offset from the first.
    public Inet4Address at(long offset) {
        if (offset < 0 || offset >= size()) {
            throw new IllegalArgumentException("offset " + offset + " outside of " + this);
        }
        return address(ByteBuffer.allocate(4).putInt((int) (number(network) + offset)).array());
    }

    /// Where an address stands in the network, from 0; -1 when it is outside.
    public long offset(Inet4Address address) {
        long offset = number(address) - number(network);
        return offset >= 0 && offset < size() ? offset : -1;
    }

    public boolean contains(Inet4Address address) {
        return offset(address) >= 0;
    }

    @Override
    public String toString() {
        return network.getHostAddress() + "/" + prefixLength;
    }

    private static long number(Inet4Address address) {
        return ByteBuffer.wrap(address.getAddress()).getInt() & 0xffffffffL;
    }

    private static long mask(int prefixLength) {
        return prefixLength == 0 ? 0 : (0xffffffffL << (32 - prefixLength)) & 0xffffffffL;
    }

    private static Inet4Address address(byte[] bytes) {
        try {
            return (Inet4Address) InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("not four bytes", e);
        }
    }
}
