package dev.gantry.agent.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.loop.SeededTest;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class NetlinkMessagesTest {

    private static Inet4Address address() throws Exception {
        return (Inet4Address) InetAddress.getByName("10.200.0.5");
    }

    /// A request has the same shape as the kernel's own message about the same thing.
    private static byte[] route() throws Exception {
        return NetlinkRoutes.linkRoute(address(), 32, 7, address()).bytes(3, true);
    }

    @Test
    void routeReadsBackAsItWasWritten() throws Exception {
        List<NetlinkMessage> messages = NetlinkMessage.parse(ByteBuffer.wrap(route()));

        assertThat(messages).hasSize(1);
        assertThat(messages.getFirst().sequence()).isEqualTo(3);
        assertThat(NetlinkRoutes.readRoute(messages.getFirst()))
                .contains(new NetlinkRoutes.Route(address(), 32, 7, NetlinkRoutes.PROTOCOL_GANTRY));
    }

    @Test
    void severalMessagesOfADatagramAreRead() throws Exception {
        byte[] one = NetlinkLinks.up("eth0").bytes(1, true);
        byte[] two = route();
        ByteBuffer both = ByteBuffer.allocate(one.length + two.length).put(one).put(two).flip();

        List<NetlinkMessage> messages = NetlinkMessage.parse(both);
        assertThat(messages).extracting(NetlinkMessage::sequence).containsExactly(1, 3);
        NetlinkLinks.Link link = NetlinkLinks.read(messages.getFirst());
        assertThat(link.name()).isEqualTo("eth0");
        assertThat(link.up()).isTrue();
    }

    @Test
    void impossibleLengthsAreRefused() throws Exception {
        byte[] longer = route();
        ByteBuffer.wrap(longer).order(ByteOrder.nativeOrder()).putInt(0, longer.length + 4);
        assertThatThrownBy(() -> NetlinkMessage.parse(ByteBuffer.wrap(longer)))
                .isInstanceOf(NetlinkException.class);
        byte[] shorter = route();
        ByteBuffer.wrap(shorter).order(ByteOrder.nativeOrder()).putInt(0, 3);
        assertThatThrownBy(() -> NetlinkMessage.parse(ByteBuffer.wrap(shorter)))
                .isInstanceOf(NetlinkException.class);
        assertThatThrownBy(() -> NetlinkMessage.parse(ByteBuffer.wrap(new byte[7])))
                .isInstanceOf(NetlinkException.class);
    }

    /// Whatever comes: read, or refused; never another exception, never a read outside.
    @SeededTest(seeds = 300)
    void damagedDatagramsAreReadOrRefused(SplittableRandom random) throws Exception {
        for (int i = 0; i < 50; i++) {
            byte[] bytes = route();
            for (int flips = random.nextInt(8); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            survives(Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)));
            survives(bytes);
        }
    }

    private static void survives(byte[] bytes) {
        try {
            for (NetlinkMessage message : NetlinkMessage.parse(ByteBuffer.wrap(bytes))) {
                survives(message);
            }
        } catch (NetlinkException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    private static void survives(NetlinkMessage message) {
        List<Runnable> readers =
                List.of(
                        () -> NetlinkRoutes.readRoute(message),
                        () -> NetlinkRoutes.readAddress(message),
                        () -> NetlinkLinks.read(message),
                        () -> NetlinkConntrack.read(message.attributes(4)),
                        message::errno);
        for (Runnable reader : readers) {
            try {
                reader.run();
            } catch (NetlinkException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }
}
