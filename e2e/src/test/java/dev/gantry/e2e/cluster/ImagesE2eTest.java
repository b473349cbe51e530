package dev.gantry.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.image.RegistryProcess;
import dev.gantry.agent.image.TestImages;
import dev.gantry.agent.image.ToolImages;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Pods run images that other tools made, pulled from a real registry, as those images say.
@Tag("e2e")
@ExtendWith(SharedCluster.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ImagesE2eTest {

    private static final String BUILDAH =
            """
            by=buildah A=1 words=from the image
            user=1000:1001 in=/made

            """;
    // What the second layer took away is gone, what it left is there.
    private static final String UMOCI =
            """
            by=umoci A=2 words=plainly
            user=1002:0 in=/anew
            /anew/f-new /f-second /stays/f-first
            """;

    @TempDir static Path directory;
    private static RegistryProcess registry;
    private static CompletableFuture<Path> debian;

    private final Cluster cluster;

    ImagesE2eTest(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    static void start() throws IOException {
        registry = RegistryProcess.plain(directory.resolve("registry"));
        // The first time it takes a minute: the other tests run meanwhile.
        debian = CompletableFuture.supplyAsync(ToolImages::debian, Thread::startVirtualThread);
    }

    @AfterAll
    static void stop() {
        registry.close();
    }

    private static String push(Path archive, String name, String format) {
        return registry.push("oci-archive:" + archive, name, format, null);
    }

    private static String digest(String image) {
        return Command.run(
                        Duration.ofSeconds(30),
                        Map.of(),
                        List.of(
                                "skopeo",
                                "inspect",
                                "--tls-verify=false",
                                "--format={{.Digest}}",
                                "docker://" + image))
                .orFail()
                .strip();
    }

    /// Waits until each of these pods has ended well with this output.
    private void assertSaid(Map<String, String> expected) {
        expected.forEach((pod, said) -> {
            cluster.awaitPhase(pod, "Succeeded");
            assertThat(cluster.gantry("logs", pod).orFail()).as(pod).isEqualTo(said);
        });
        Stream<String> words =
                Stream.concat(Stream.of("delete", "pod"), expected.keySet().stream());
        cluster.gantry(words.toArray(String[]::new)).orFail();
    }

    @Test
    void everyToolAndFormRunsAsItsImageSays() {
        Map<String, String> images = new LinkedHashMap<>();
        Map<String, String> expected = new LinkedHashMap<>();
        for (String format : List.of("oci", "v2s2")) {
            String buildah = push(ToolImages.buildah(), "tools/buildah:" + format, format);
            String umoci = push(ToolImages.umoci(), "tools/umoci:" + format, format);
            images.put("buildah-" + format, buildah);
            expected.put("buildah-" + format, BUILDAH);
            images.put("umoci-" + format, umoci);
            expected.put("umoci-" + format, UMOCI);
            // The other architecture comes first, and its image would say something else.
            String index = registry.pushIndex(umoci, buildah, "tools/index:" + format, format);
            images.put("index-" + format, index);
            expected.put("index-" + format, BUILDAH);
            String name = "digest-" + format;
            images.put(name, registry.host() + "/tools/umoci@" + digest(umoci));
            expected.put(name, UMOCI);
        }
        StringBuilder pods = new StringBuilder();
        images.forEach((name, image) -> pods.append(Workloads.pod(name, image)).append("---\n"));

        cluster.apply(pods.toString()).orFail();
        cluster.awaitPhase("digest-oci", "Succeeded");

        assertThat(cluster.field("pod", "digest-oci", "{.status.containerStatuses[0].imageID}"))
                .contains(digest(images.get("umoci-oci")));
        assertSaid(expected);
        assertThat(cluster.gantry("images").orFail()).contains(images.values());
    }

    @Test
    void imageThatSkopeoConvertedServes() {
        String image = push(TestImages.ociArchive(), "tools/skopeo:1", "v2s2");
        cluster.apply(Workloads.pod("skopeo", image)).orFail();
        cluster.awaitPhase("skopeo", "Running");

        Await.until(
                Duration.ofSeconds(20),
                () ->
                        assertThat(
                                        cluster.gantry(
                                                        "exec",
                                                        "skopeo",
                                                        "--",
                                                        "wget",
                                                        "-qO-",
                                                        "http://127.0.0.1/")
                                                .out())
                                .contains("Hello from Gantry"));
        cluster.gantry("delete", "pod", "skopeo").orFail();
    }

    @Test
    void manifestChangesOnlyWhatItNames() {
        String image = push(ToolImages.buildah(), "tools/changed:1", "oci");
        cluster.apply(
                        String.join(
                                "---\n",
                                Workloads.pod("args", image) + "    args: [my, own]\n",
                                Workloads.pod("command", image)
                                        + "    command: [/bin/tell, alone]\n",
                                Workloads.pod("context", image)
                                        + """
                                            env: [{name: A, value: "9"}]
                                            workingDir: /made/here
                                            securityContext: {runAsUser: 7, runAsGroup: 8}
                                        """))
                .orFail();

        assertSaid(
                Map.of(
                        "args", BUILDAH.replace("from the image", "from my own"),
                        "command", BUILDAH.replace("from the image", "alone"),
                        "context",
                                BUILDAH.replace("A=1", "A=9")
                                        .replace("1000:1001", "7:8")
                                        .replace("/made", "/made/here")));
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void debianRunsAndInstallsPackages() {
        String image = push(debian.join(), "debian:bookworm", "oci");
        cluster.apply(
                        Workloads.pod(
                                "debian",
                                "Never",
                                image,
                                """
                                set -e
                                cat /etc/os-release
                                dpkg -l | grep -c ^ii
                                mkdir -p /tmp/p/DEBIAN /tmp/p/usr/bin
                                printf '%s\\n' 'Package: greeter' 'Version: 1' 'Architecture: all' \\
                                    'Maintainer: Nobody <nobody@example.com>' 'Description: greets' \\
                                    > /tmp/p/DEBIAN/control
                                printf '#!/bin/sh\\necho greetings\\n' > /tmp/p/usr/bin/greet
                                chmod 755 /tmp/p/usr/bin/greet
                                dpkg-deb -b /tmp/p /tmp/greeter.deb
                                apt-get install -y /tmp/greeter.deb
                                greet
                                dpkg -s greeter
                                """))
                .orFail();

        cluster.awaitPhase("debian", "Succeeded");

        String said = cluster.gantry("logs", "debian").orFail();
        assertThat(said)
                .contains("VERSION_CODENAME=bookworm")
                .contains("Setting up greeter (1)")
                .containsSubsequence("\ngreetings\n", "Status: install ok installed");
        assertThat(said.lines().filter(line -> line.matches("[0-9]+")).map(Integer::valueOf))
                .first()
                .matches(packages -> packages > 70);
        cluster.gantry("delete", "pod", "debian").orFail();
    }

    @Test
    void pullPolicySaysWhetherAMovedTagIsSeen() {
        for (String tag : List.of("1", "latest")) {
            push(ToolImages.umoci(), "tools/moving:" + tag, "oci");
        }
        String image = registry.host() + "/tools/moving";
        cluster.apply(
                        Workloads.pod("moved-first", image + ":1")
                                + "---\n"
                                + Workloads.pod("moved-latest", image))
                .orFail();
        assertSaid(Map.of("moved-first", UMOCI, "moved-latest", UMOCI));
        for (String tag : List.of("1", "latest")) {
            push(ToolImages.buildah(), "tools/moving:" + tag, "oci");
        }

        cluster.apply(
                        Workloads.pod("moved-default", image + ":1")
                                + "---\n"
                                + Workloads.pod("moved-kept", image + ":1")
                                + "    imagePullPolicy: IfNotPresent\n"
                                + "---\n"
                                + Workloads.pod("moved-never", image + ":1")
                                + "    imagePullPolicy: Never\n"
                                + "---\n"
                                + Workloads.pod("moved-latest", image))
                .orFail();
        assertSaid(
                Map.of(
                        "moved-default", UMOCI,
                        "moved-kept", UMOCI,
                        "moved-never", UMOCI,
                        "moved-latest", BUILDAH));
        cluster.apply(Workloads.pod("moved-always", image + ":1") + "    imagePullPolicy: Always\n")
                .orFail();
        assertSaid(Map.of("moved-always", BUILDAH));
    }
}
