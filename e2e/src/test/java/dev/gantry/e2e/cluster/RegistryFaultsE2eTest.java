package dev.gantry.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.image.RegistryProcess;
import dev.gantry.agent.image.SimRegistry;
import dev.gantry.agent.image.TinyImage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// What is wrong with an image or its registry is told in plain words where a user looks, nothing
/// of a wrong image is kept, and a pod whose image becomes right runs by itself.
@Tag("e2e")
@ExtendWith(SharedCluster.class)
class RegistryFaultsE2eTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String PULL = "ErrImagePull|ImagePullBackOff";
    private static final String RUN = "    command: [/bin/busybox, echo, here]\n---\n";

    @TempDir Path directory;

    private final Cluster cluster;
    private final Map<String, Told> faults = new LinkedHashMap<>();

    RegistryFaultsE2eTest(Cluster cluster) {
        this.cluster = cluster;
    }

    /// What is to be told of a pod.
    ///
    /// @param image of its only container
    /// @param status in the column STATUS, a pattern
    /// @param message in its description
    private record Told(String image, String status, String message) {}

    // Each has content of its own, so that no other image brings its layers.
    private static TinyImage image(String content, String architecture) throws IOException {
        byte[] noise = new byte[50_000];
        new Random(content.hashCode()).nextBytes(noise);
        List<byte[]> tars =
                List.of(
                        TinyImage.tar("bin/busybox", Files.readAllBytes(Path.of("/bin/busybox"))),
                        TinyImage.tar("f-" + content, noise));
        return TinyImage.of(tars, tars.stream().map(TinyImage::gzip).toList(), architecture);
    }

    private static TinyImage image(String content) throws IOException {
        return image(content, TinyImage.architecture());
    }

    private String push(RegistryProcess registry, String name, TinyImage image) throws IOException {
        Path folder = Files.createTempDirectory(directory, "image");
        image.write(folder);
        return registry.push("dir:" + folder, name, "oci", null);
    }

    private void applyAll() {
        StringBuilder pods = new StringBuilder();
        faults.forEach((pod, told) -> pods.append(Workloads.pod(pod, told.image())).append(RUN));
        cluster.apply(pods.toString()).orFail();
    }

    private void assertAllTold() {
        faults.forEach((pod, told) ->
                Await.until(
                        SOON,
                        () ->
                                assertThat(cluster.gantry("describe", "pod", pod).orFail())
                                        .contains(told.message())));
        List<String> rows = cluster.gantry("get", "pods").orFail().lines().toList();
        String events = cluster.gantry("events").orFail();
        faults.forEach((pod, told) -> {
            assertThat(rows)
                    .filteredOn(row -> row.startsWith(pod + " "))
                    .singleElement()
                    .asString()
                    .containsPattern(told.status());
            assertThat(events).contains(told.message());
        });
    }

    private void deleteAll() {
        Stream<String> words = Stream.concat(Stream.of("delete", "pod"), faults.keySet().stream());
        cluster.gantry(words.toArray(String[]::new)).orFail();
    }

    private void assertPullSays(String image, String message) {
        Command.Result result = cluster.gantry("pull", image);
        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.err()).contains(message);
    }

    @Test
    void whatCannotBeHadIsSaidPlainly() throws IOException {
        String closed;
        try (RegistryProcess gone = RegistryProcess.plain(directory.resolve("gone"))) {
            closed = gone.host();
        }
        try (RegistryProcess registry = RegistryProcess.plain(directory.resolve("registry"));
                SimRegistry foreign = new SimRegistry();
                ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String host = registry.host();
            push(registry, "team/app:1", image("app"));
            faults.put(
                    "fault-tag",
                    new Told(
                            host + "/team/app:2",
                            PULL,
                            "not found: the repository team/app has no tag 2; it has 1"));
            faults.put(
                    "fault-name",
                    new Told(
                            host + "/team/ap:1",
                            PULL,
                            "not found: the registry " + host + " has no repository team/ap"));
            faults.put(
                    "fault-closed",
                    new Told(
                            closed + "/team/app:1",
                            PULL,
                            "the registry %s cannot be reached: nothing listens there"
                                    .formatted(closed)));
            String silent = "127.0.0.1:" + mute.getLocalPort();
            faults.put(
                    "fault-mute",
                    new Told(
                            silent + "/team/app:1",
                            PULL,
                            "the registry %s cannot be reached: it takes connections but does not"
                                            .formatted(silent)
                                    + " answer"));
            putForeign(foreign);
            faults.put(
                    "fault-invalid",
                    new Told(
                            host + "/Team/App:1",
                            "InvalidImageName",
                            "a repository is written in lower case"));

            applyAll();
            assertAllTold();
            assertPullSays(host + "/team/app:2", faults.get("fault-tag").message());
            assertPullSays(closed + "/team/app:1", faults.get("fault-closed").message());
            assertPullSays(host + "/Team/App:1", faults.get("fault-invalid").message());

            push(registry, "team/app:2", image("app"));
            push(registry, "team/ap:1", image("app"));
            cluster.awaitPhase("fault-tag", "Succeeded");
            cluster.awaitPhase("fault-name", "Succeeded");
            deleteAll();
        }
    }

    private void putForeign(SimRegistry foreign) throws IOException {
        String index = foreign.add("1", image("foreign", "riscv64"));
        faults.put("fault-foreign", new Told(index, PULL, "the image is for linux/riscv64, this"));
        TinyImage other = image("other", "riscv64");
        String choice = TinyImage.choice(TinyImage.MANIFEST, other.manifest(), "linux", "riscv64");
        foreign.add("other", other);
        faults.put(
                "fault-index",
                new Told(
                        foreign.add("index", TinyImage.INDEX, TinyImage.index(choice)),
                        PULL,
                        "only for linux/riscv64"));
    }

    @Test
    void wrongBytesAreRefusedAndRightOnesTaken() throws IOException {
        try (RegistryProcess registry = RegistryProcess.plain(directory.resolve("registry"));
                SimRegistry liar = new SimRegistry()) {
            TinyImage named = image("named");
            liar.add("1", named);
            liar.lastingFault("manifests", SimRegistry.flip());
            faults.put(
                    "fault-manifest",
                    new Told(
                            liar.host() + "/team/app@" + named.digest(),
                            PULL,
                            "digest mismatch: the registry sent a manifest with the digest"));
            TinyImage flipped = image("flipped");
            TinyImage cut = image("cut");
            TinyImage lost = image("lost");
            faults.put(
                    "fault-layer",
                    new Told(
                            push(registry, "bad/flipped:1", flipped),
                            PULL,
                            "for the layer %s: push the image again"
                                    .formatted(flipped.layers().getLast())));
            faults.put(
                    "fault-cut",
                    new Told(
                            push(registry, "bad/cut:1", cut),
                            PULL,
                            "fewer bytes of a layer than the image's manifest says: push the image"
                                    + " again"));
            faults.put(
                    "fault-lost",
                    new Told(
                            push(registry, "bad/lost:1", lost),
                            PULL,
                            "the registry lacks %s, which is part of the image: push the image again"
                                    .formatted(lost.layers().getLast())));
            Map<Path, byte[]> right = damage(registry, flipped, cut, lost);

            applyAll();
            assertAllTold();
            Told layer = faults.get("fault-layer");
            assertPullSays(layer.image(), layer.message());
            assertNothingIsKept(named, flipped, cut, lost);

            liar.heal();
            for (Map.Entry<Path, byte[]> file : right.entrySet()) {
                Files.write(file.getKey(), file.getValue());
            }
            faults.keySet().forEach(pod -> cluster.awaitPhase(pod, "Succeeded"));
            deleteAll();
        }
    }

    // Returns what the files held.
    private static Map<Path, byte[]> damage(
            RegistryProcess registry, TinyImage flipped, TinyImage cut, TinyImage lost)
            throws IOException {
        Map<Path, byte[]> right = new LinkedHashMap<>();
        for (TinyImage image : List.of(flipped, cut, lost)) {
            Path file = registry.blob(image.layers().getLast());
            right.put(file, Files.readAllBytes(file));
        }
        Path file = registry.blob(flipped.layers().getLast());
        byte[] bytes = right.get(file).clone();
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        Path shorter = registry.blob(cut.layers().getLast());
        Files.write(shorter, Arrays.copyOf(right.get(shorter), 20_000));
        Files.delete(registry.blob(lost.layers().getLast()));
        return right;
    }

    private void assertNothingIsKept(TinyImage... images) throws IOException {
        String listed = cluster.gantry("images").orFail();
        assertThat(listed).doesNotContain("bad/", "team/app@");
        Path store = cluster.data().resolve("agent/images");
        for (TinyImage image : images) {
            String layer = image.layers().getLast();
            assertThat(store.resolve("blobs/sha256/" + layer.substring("sha256:".length())))
                    .doesNotExist();
        }
        try (Stream<Path> files = Files.walk(store)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .doesNotContain("f-named", "f-flipped", "f-cut", "f-lost");
        }
    }

    @Test
    void policyDecidesWhetherAnAbsentRegistryMatters() throws IOException {
        TinyImage image = image("policy");
        String name;
        try (RegistryProcess registry = RegistryProcess.plain(directory.resolve("registry"))) {
            name = push(registry, "team/policy:1", image);
            cluster.gantry("pull", name).orFail();
        }
        String absent = "registry.invalid/team/policy:1";
        Path folder = directory.resolve("image");
        image.write(folder);
        Path archive = directory.resolve("policy.tar");
        Command.run(
                        SOON,
                        Map.of(),
                        List.of(
                                "skopeo",
                                "copy",
                                "--quiet",
                                "dir:" + folder,
                                "oci-archive:" + archive + ":" + absent))
                .orFail();
        cluster.apply(
                        Workloads.pod("policy-present", name)
                                + RUN
                                + Workloads.pod("policy-always", name)
                                + "    imagePullPolicy: Always\n"
                                + RUN
                                + Workloads.pod("policy-never", absent)
                                + "    imagePullPolicy: Never\n"
                                + RUN)
                .orFail();
        faults.put("policy-always", new Told(name, PULL, "nothing listens there"));
        faults.put(
                "policy-never",
                new Told(
                        absent,
                        "ErrImageNeverPull",
                        "is not present with pull policy of Never: load it with gantry load"));

        cluster.awaitPhase("policy-present", "Succeeded");
        assertAllTold();

        cluster.gantry("load", "-i", archive.toString()).orFail();
        cluster.awaitPhase("policy-never", "Succeeded");
        assertThat(cluster.gantry("logs", "policy-never").orFail()).isEqualTo("here\n");
        faults.put("policy-present", new Told(name, "Completed", ""));
        deleteAll();
    }
}
