package dev.gantry.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// How containers are told to end, and what is done with those that do not listen.
@Tag("e2e")
@ExtendWith(SharedCluster.class)
class StopE2eTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String USR1_IMAGE = "gantry.dev/examples/usr1:1";
    // So long that only a program that listens is gone in time.
    private static final int LONG_GRACE = 3600;

    private final Cluster cluster;

    StopE2eTest(Cluster cluster) {
        this.cluster = cluster;
    }

    // Its container says in a file of the host what it hears.
    private static String listener(
            String name, String image, Path folder, int grace, String script) {
        return Workloads.pod(name, "Always", image, script)
                        .replace("GracePeriodSeconds: 0", "GracePeriodSeconds: " + grace)
                        .replace(
                                "spec:\n",
                                "spec:\n  volumes: [{name: host, hostPath: {path: %s}}]\n"
                                        .formatted(folder))
                + "    volumeMounts: [{name: host, mountPath: /host}]\n---\n";
    }

    private void loadImageWithAnotherSignal(Path folder) throws IOException {
        Path maker =
                Path.of(System.getProperty("gantry.root"), "deploy/examples/make-busybox-image");
        String text = Files.readString(maker).replace("SIGTERM", "SIGUSR1");
        Path script = Files.writeString(folder.resolve("make-image"), text);
        String archive = folder.resolve("usr1.tar").toString();
        Command.run(SOON, Map.of(), List.of("sh", script.toString(), archive, USR1_IMAGE)).orFail();
        cluster.gantry("load", "-i", archive).orFail();
    }

    @Test
    void programsAreToldToEndAndThenMadeTo() throws IOException {
        Path folder = Files.createDirectory(cluster.data().resolve("heard"));
        loadImageWithAnotherSignal(folder);
        String loop = " while :; do sleep 0.1; %s done";
        String stubborn =
                "trap 'echo TERM >> /host/stubborn' TERM; touch /host/stubborn.up;"
                        + loop.formatted("[ -e /host/stubborn ] && echo on >> /host/stubborn;");
        String polite =
                "trap 'echo TERM > /host/polite; exit 0' TERM; touch /host/polite.up;"
                        + loop.formatted("");
        String other =
                "trap 'echo TERM > /host/other; exit 0' TERM;"
                        + " trap 'echo USR1 > /host/other; exit 0' USR1; touch /host/other.up;"
                        + loop.formatted("");
        cluster.apply(
                        listener("stubborn", Workloads.IMAGE, folder, 2, stubborn)
                                + listener("polite", Workloads.IMAGE, folder, LONG_GRACE, polite)
                                + listener("other", USR1_IMAGE, folder, LONG_GRACE, other))
                .orFail();
        for (String name : List.of("stubborn", "polite", "other")) {
            Await.until(SOON, () -> assertThat(folder.resolve(name + ".up")).exists());
        }

        cluster.gantry("delete", "pod", "stubborn", "polite", "other").orFail();

        for (String name : List.of("stubborn", "polite", "other")) {
            Await.until(
                    SOON, () -> assertThat(cluster.gantry("get", "pod", name).exit()).isEqualTo(1));
        }
        assertThat(Files.readString(folder.resolve("polite"))).isEqualTo("TERM\n");
        assertThat(Files.readString(folder.resolve("other"))).isEqualTo("USR1\n");
        assertThat(Files.readString(folder.resolve("stubborn")))
                .as("it went on for a while")
                .startsWith("TERM\non\n");
        assertThat(Pods.processes("sh\0-c\0" + stubborn + "\0")).isEmpty();
    }
}
