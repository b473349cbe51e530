package dev.gantry.agent.network.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.network.Cidr;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResolvConfTest {

    @TempDir Path directory;

    @Test
    void clusterFirstSearchesTheNamespaceAndThenAsTheHostDoes() throws Exception {
        Path host =
                Files.writeString(
                        directory.resolve("r"), "search corp.example\nnameserver 9.9.9.9\n");
        assertThat(
                        ResolvConf.clusterFirst(
                                Cidr.address("10.201.0.10"), "shop", "cluster.local", host))
                .isEqualTo(
                        """
                        nameserver 10.201.0.10
                        search shop.svc.cluster.local svc.cluster.local cluster.local corp.example
                        options ndots:5
                        """);
    }

    @Test
    void hostDefaultLeavesOutLoopbackServers() throws Exception {
        Path host =
                Files.writeString(
                        directory.resolve("r"),
                        "# x\ndomain a.example\nnameserver 127.0.0.1\nnameserver 9.9.9.9\n"
                                + "options timeout:1 rotate\n");
        assertThat(ResolvConf.hostDefault(host))
                .isEqualTo("nameserver 9.9.9.9\nsearch a.example\noptions timeout:1 rotate\n");
        assertThat(ResolvConf.upstream(host)).hasSize(2);
    }

    @Test
    void dnsConfigIsBoundedAndCannotAddLines() {
        assertThat(
                        ResolvConf.of(
                                List.of("1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4", "x\ny"),
                                List.of("a.b", "c\nnameserver 6.6.6.6", "a.b"),
                                List.of("ndots:2", "a b")))
                .isEqualTo(
                        """
                        nameserver 1.1.1.1
                        nameserver 1.1.1.2
                        nameserver 1.1.1.3
                        search a.b
                        options ndots:2
                        """);
    }

    @Test
    void absentFileHasNothing() {
        assertThat(ResolvConf.upstream(directory.resolve("none"))).isEmpty();
    }
}
