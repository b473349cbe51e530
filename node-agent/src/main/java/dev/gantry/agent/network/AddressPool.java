package dev.gantry.agent.network;

import java.net.Inet4Address;
import java.util.BitSet;

/// The addresses of the node's pod range. An address that was given back is the last to be given
/// out again, so that nobody talks to a newcomer in the name of its predecessor.
final class AddressPool {

    /// The network's own address and the host's.
    private static final int RESERVED = 2;

    private final Cidr range;
    private final BitSet taken = new BitSet();
    private final int end;
    private int next = RESERVED;

    AddressPool(Cidr range) {
        this.range = range;
        // The last address is broadcast by custom; a range of more than 65,536 is not used up.
        this.end = (int) Math.min(range.size() - 1, 65_536);
    }

    /// @throws NetworkException when all are taken
    synchronized Inet4Address take() {
        int free = taken.nextClearBit(next);
        if (free >= end) {
            free = taken.nextClearBit(RESERVED);
        }
        if (free >= end) {
            throw new NetworkException(
                    "no address is free in the node's pod range "
                            + range
                            + ": all of its "
                            + (end - RESERVED)
                            + " are in use");
        }
        taken.set(free);
        next = free + 1;
        return range.at(free);
    }

    /// Marks an address that is in use already; one outside of the range is no concern of ours.
    ///
    /// @return false when it was taken before
    synchronized boolean reserve(Inet4Address address) {
        long offset = range.offset(address);
        if (offset < 0) {
            return true;
        }
        boolean free = !taken.get((int) offset);
        taken.set((int) offset);
        return free;
    }

    synchronized void release(Inet4Address address) {
        long offset = range.offset(address);
        if (offset >= 0) {
            taken.clear((int) offset);
        }
    }
}
