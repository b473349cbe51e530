package dev.gantry.agent.network.dns;

import java.net.Inet4Address;
import java.nio.ByteBuffer;

/// A record that cluster DNS answers with.
sealed interface DnsRecord {

    String name();

    int type();

    /// Writes what follows the record's length.
    void writeData(ByteBuffer out);

    /// The address of a name.
    record Host(String name, Inet4Address address) implements DnsRecord {
        @Override
        public int type() {
            return DnsWire.TYPE_A;
        }

        @Override
        public void writeData(ByteBuffer out) {
            out.put(address.getAddress());
        }
    }

    /// Where a named port of a Service is (RFC 2782).
    record Location(String name, int port, String target) implements DnsRecord {
        @Override
        public int type() {
            return DnsWire.TYPE_SRV;
        }

        @Override
        public void writeData(ByteBuffer out) {
            out.putShort((short) 0).putShort((short) 100).putShort((short) port);
            DnsWire.writeName(out, target);
        }
    }

    /// The name of an address.
    record Pointer(String name, String target) implements DnsRecord {
        @Override
        public int type() {
            return DnsWire.TYPE_PTR;
        }

        @Override
        public void writeData(ByteBuffer out) {
            DnsWire.writeName(out, target);
        }
    }

    /// Another name for a name (`type: ExternalName`).
    record Alias(String name, String target) implements DnsRecord {
        @Override
        public int type() {
            return DnsWire.TYPE_CNAME;
        }

        @Override
        public void writeData(ByteBuffer out) {
            DnsWire.writeName(out, target);
        }
    }

    /// What goes with "there is no such": its last number says how long that may be believed.
    record Authority(String name, int negativeSeconds) implements DnsRecord {
        @Override
        public int type() {
            return DnsWire.TYPE_SOA;
        }

        @Override
        public void writeData(ByteBuffer out) {
            DnsWire.writeName(out, "ns.dns." + name);
            DnsWire.writeName(out, "hostmaster." + name);
            // serial, refresh, retry, expire: nobody transfers this zone.
            out.putInt(1).putInt(7_200).putInt(1_800).putInt(86_400).putInt(negativeSeconds);
        }
    }
}
