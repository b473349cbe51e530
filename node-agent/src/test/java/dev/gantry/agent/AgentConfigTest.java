package dev.gantry.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AgentConfigTest {
    @Test
    void defaultsAreTheDocumentedOnes() {
        var config = AgentConfig.parse(List.of("--server", "cp:7420", "--node-name", "n1"));
        assertThat(config)
                .isEqualTo(
                        new AgentConfig(
                                Path.of("/var/lib/gantry/agent"),
                                "cp:7420",
                                Optional.empty(),
                                "n1",
                                Optional.empty(),
                                new AgentConfig.HostPort("127.0.0.1", 7422),
                                "info",
                                new AgentConfig.Reserved(100, 128L << 20)));
    }

    @Test
    void everyFlagIsTaken() {
        var config =
                AgentConfig.parse(
                        List.of(
                                "--server=cp:1",
                                "--data-dir=/d",
                                "--join=@/token",
                                "--node-name=n",
                                "--node-address=192.0.2.7",
                                "--metrics-listen=127.0.0.1:0",
                                "--log-level=debug",
                                "--system-reserved=cpu=250m,memory=1Gi"));
        assertThat(config)
                .isEqualTo(
                        new AgentConfig(
                                Path.of("/d"),
                                "cp:1",
                                Optional.of("@/token"),
                                "n",
                                Optional.of("192.0.2.7"),
                                new AgentConfig.HostPort("127.0.0.1", 0),
                                "debug",
                                new AgentConfig.Reserved(250, 1L << 30)));
    }

    @Test
    void allProblemsAreToldAtOnce() {
        var wrong =
                List.of(
                        "--sever",
                        "--allow-host-ids",
                        "--node-name=N!",
                        "--log-level=loud",
                        "--metrics-listen=nowhere");
        assertThatThrownBy(() -> AgentConfig.parse(wrong))
                .isInstanceOf(AgentConfig.UsageException.class)
                .hasMessageContaining("unknown flag --sever, did you mean --server?")
                .hasMessageContaining("unknown flag --allow-host-ids")
                .hasMessageContaining("--server is missing")
                .hasMessageContaining("--node-name: ")
                .hasMessageContaining("--log-level: not one of")
                .hasMessageContaining("--metrics-listen: not HOST:PORT: nowhere");
    }
}
