package dev.gantry.agent.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.agent.container.IdRange;
import dev.gantry.agent.container.Sandbox;
import dev.gantry.agent.network.SandboxRecord.State;
import java.net.Inet4Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PoolsTest {

    @TempDir Path directory;

    @Test
    void everyAddressIsGivenOnceAndTheNetworksOwnNever() {
        AddressPool pool = new AddressPool(Cidr.parse("10.200.7.0/29"));
        assertThat(pool.reserve(Cidr.address("10.200.7.4"))).isTrue();
        Set<Inet4Address> given = new HashSet<>();
        for (int i = 0; i < 4; i++) {
            assertThat(given.add(pool.take())).isTrue();
        }
        assertThat(given)
                .doesNotContain(
                        Cidr.address("10.200.7.0"),
                        Cidr.address("10.200.7.1"),
                        Cidr.address("10.200.7.4"),
                        Cidr.address("10.200.7.7"));
        assertThatThrownBy(pool::take)
                .isInstanceOf(NetworkException.class)
                .hasMessageContaining("10.200.7.0/29");
    }

    @Test
    void addressGivenBackIsTheLastToBeGivenAgain() {
        AddressPool pool = new AddressPool(Cidr.parse("10.200.7.0/28"));
        Inet4Address first = pool.take();
        pool.release(first);
        for (int i = 0; i < 12; i++) {
            assertThat(pool.take()).isNotEqualTo(first);
        }
        assertThat(pool.take()).isEqualTo(first);
    }

    @Test
    void idRangesAvoidThoseOfUsersAndEachOther() {
        IdRangePool pool =
                new IdRangePool(
                        1_000_000_000L,
                        List.of("joe:1000013824:65536", "ann:1000079361:1", "broken", "x:y:z"));
        // The first slot is joe's, and the second holds ann's single id.
        assertThat(pool.take()).isEqualTo(new IdRange(1_000_013_824L + 2 * 65_536, 65_536));
        IdRange next = pool.take();
        assertThat(next.hostStart()).isEqualTo(1_000_013_824L + 3 * 65_536);
        pool.release(next);
        assertThat(pool.take()).isNotEqualTo(next);
    }

    @Test
    void recordReadsBackAndAHalfWrittenOneDoesNot() throws Exception {
        Sandbox sandbox =
                new Sandbox(
                        "0badcafe",
                        directory.resolve("0badcafe"),
                        new IdRange(1_000_013_824L, 65_536),
                        false,
                        true,
                        "");
        SandboxRecord record =
                new SandboxRecord(sandbox, State.TAKEN, "pod-uid", Cidr.address("10.200.7.9"));
        record.write(directory);
        assertThat(SandboxRecord.read(directory, "0badcafe")).contains(record);

        Path file = SandboxRecord.file(directory, "0badcafe");
        String text = Files.readString(file);
        for (int length = 0; length < text.length() - 1; length++) {
            Files.writeString(file, text.substring(0, length));
            assertThat(SandboxRecord.read(directory, "0badcafe")).isEmpty();
        }
    }

    @Test
    void cidrRefusesWhatIsNone() {
        for (String bad :
                List.of("10.0.0.0", "10.0.0.1/24", "10.0.0.0/33", "a.b.c.d/8", "1.2.3/8")) {
            assertThatThrownBy(() -> Cidr.parse(bad)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(Cidr.parse("10.0.0.0/24").contains(Cidr.address("10.0.1.0"))).isFalse();
        assertThat(Cidr.parse("0.0.0.0/0").contains(Cidr.address("255.1.2.3"))).isTrue();
    }

    @Test
    void diagnosisNamesOnlyForeignChainsThatDropForwardedPackets() {
        String rules =
                """
                table ip gantry {
                	chain forward {
                		type filter hook forward priority filter; policy drop;
                	}
                }
                table ip filter {
                	chain INPUT {
                		type filter hook input priority filter; policy drop;
                		drop
                	}
                	chain FORWARD {
                		type filter hook forward priority filter; policy drop;
                	}
                }
                table inet firewalld {
                	chain filter_FORWARD {
                		type filter hook forward priority filter + 10; policy accept;
                		ct state invalid drop
                		reject with icmpx admin-prohibited
                	}
                }
                """;
        assertThat(NetworkDiagnosis.of("gantry", rules, "1", false))
                .satisfiesExactly(
                        first -> assertThat(first).contains("FORWARD of table ip filter"),
                        second ->
                                assertThat(second)
                                        .contains("filter_FORWARD of table inet firewalld"));
        assertThat(NetworkDiagnosis.of("gantry", "", "0", false))
                .singleElement()
                .asString()
                .contains("ip_forward");
    }
}
