package dev.gantry.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlPlaneConfigTest {
    @TempDir Path directory;

    @Test
    void defaults() {
        assertThat(ControlPlaneConfig.read(List.of(), Map.of("PATH", "/bin")))
                .isEqualTo(
                        new ControlPlaneConfig(
                                Path.of("/var/lib/gantry"),
                                new HostPort("0.0.0.0", 7420),
                                Optional.empty(),
                                List.of(),
                                List.of(URI.create("https://127.0.0.1:7423")),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                new HostPort("127.0.0.1", 7421),
                                "10.200.0.0/16",
                                "10.201.0.0/16",
                                "cluster.local",
                                "info"));
    }

    @Test
    void everythingCanBeSet() {
        var config =
                ControlPlaneConfig.read(
                        List.of(
                                "--data-dir=/d",
                                "--listen=[::1]:1",
                                "--advertise",
                                "cp1:2",
                                "--host=a,b",
                                "--etcd=http://e1:3,http://e2:3",
                                "--etcd-ca=/ca",
                                "--etcd-certificate=/crt",
                                "--etcd-key=/key",
                                "--metrics-listen=127.0.0.1:4",
                                "--pod-cidr=10.0.0.0/8",
                                "--service-cidr=172.16.0.0/16",
                                "--cluster-domain=my.net",
                                "--log-level=debug"),
                        Map.of());

        assertThat(config)
                .isEqualTo(
                        new ControlPlaneConfig(
                                Path.of("/d"),
                                new HostPort("::1", 1),
                                Optional.of(new HostPort("cp1", 2)),
                                List.of("a", "b"),
                                List.of(URI.create("http://e1:3"), URI.create("http://e2:3")),
                                Optional.of(Path.of("/ca")),
                                Optional.of(Path.of("/crt")),
                                Optional.of(Path.of("/key")),
                                new HostPort("127.0.0.1", 4),
                                "10.0.0.0/8",
                                "172.16.0.0/16",
                                "my.net",
                                "debug"));
    }

    @Test
    void flagsWinOverEnvironmentOverFile() throws IOException {
        var file =
                Files.writeString(
                        directory.resolve("server.conf"),
                        "# ours\nlog-level = warn\ndata-dir = /file\ncluster-domain = file.net\n");
        var environment =
                Map.of(
                        "GANTRY_SERVER_DATA_DIR", "/environment",
                        "GANTRY_SERVER_LOG_LEVEL", "debug",
                        "GANTRY_SERVER_CONFIG", file.toString());

        var config = ControlPlaneConfig.read(List.of("--log-level=trace"), environment);

        assertThat(config.logLevel()).isEqualTo("trace");
        assertThat(config.dataDir()).isEqualTo(Path.of("/environment"));
        assertThat(config.clusterDomain()).isEqualTo("file.net");
    }

    @Test
    void allProblemsComeAtOnce() throws IOException {
        var file = Files.writeString(directory.resolve("bad.conf"), "data-dri = /x\n");

        var error =
                catchThrowableOfType(
                        ConfigException.class,
                        () ->
                                ControlPlaneConfig.read(
                                        List.of(
                                                "--config=" + file,
                                                "--lisen=:1",
                                                "stray",
                                                "--listen=7420",
                                                "--etcd=ftp://x",
                                                "--etcd-ca=/ca",
                                                "--pod-cidr=10.0.0.0/30",
                                                "--log-level"),
                                        Map.of("GANTRY_SERVER_NOPE", "1")));

        assertThat(error.problems())
                .containsExactly(
                        "--lisen is not known, did you mean --listen?",
                        "\"stray\" is not a flag",
                        "--log-level needs a value",
                        "GANTRY_SERVER_NOPE in the environment is not known",
                        file + ":1: \"data-dri\" is not NAME = VALUE, did you mean data-dir?",
                        "--listen: \"7420\" is not HOST:PORT, such as 10.0.0.1:7420",
                        "--etcd: \"ftp://x\" is not URLs, such as https://127.0.0.1:7423",
                        "--pod-cidr: \"10.0.0.0/30\" is not an IPv4 network from /8 to /24, such as"
                                + " 10.200.0.0/16",
                        "--etcd-ca, --etcd-certificate and --etcd-key are needed all three or not"
                                + " at all");
    }

    @Test
    void helpNamesEverySetting() {
        for (var setting : Setting.values()) {
            assertThat(ControlPlaneConfig.help()).contains("--" + setting.key() + "=");
        }
    }
}
