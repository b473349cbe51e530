package dev.gantry.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.image.RegistryProcess;
import dev.gantry.agent.image.ToolImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// A registry that wants a password gives pods their images by `imagePullSecrets`, and without the
/// right one users read what is missing.
@Tag("e2e")
@ExtendWith(SharedCluster.class)
class ImageSecretsE2eTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String LOGIN = RegistryProcess.USER + ":" + RegistryProcess.PASSWORD;
    private static final String WRONG = "not-the-password";

    @TempDir Path directory;

    private final Cluster cluster;

    ImageSecretsE2eTest(Cluster cluster) {
        this.cluster = cluster;
    }

    private static String secret(String name, String host, String login) {
        String auth = base64(login);
        return """
        apiVersion: v1
        kind: Secret
        metadata: {name: %s}
        type: kubernetes.io/dockerconfigjson
        data: {.dockerconfigjson: "%s"}
        ---
        """
                .formatted(
                        name,
                        base64("{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}".formatted(host, auth)));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    // Always: an image that another pod has brought needs no secret otherwise.
    private static String pod(String name, String image) {
        return Workloads.pod(name, image) + "    imagePullPolicy: Always\n";
    }

    private static String pod(String name, String image, String secret) {
        return pod(name, image) + "  imagePullSecrets: [{name: " + secret + "}]\n---\n";
    }

    @Test
    void secretGivesTheImageAndWhatIsMissingIsSaid() throws IOException {
        try (RegistryProcess registry =
                RegistryProcess.withPassword(directory.resolve("registry"))) {
            String host = registry.host();
            String image =
                    registry.push(
                            "oci-archive:" + ToolImages.buildah(), "private/app:1", "oci", LOGIN);
            cluster.apply(
                            secret("right", host, LOGIN)
                                    + secret("wrong", host, RegistryProcess.USER + ":" + WRONG)
                                    + secret("elsewhere", "registry.example.com", LOGIN)
                                    + pod("secret-right", image, "right")
                                    + pod("secret-wrong", image, "wrong")
                                    + pod("secret-elsewhere", image, "elsewhere")
                                    + pod("secret-missing", image, "missing")
                                    + pod("secret-none", image))
                    .orFail();

            Map.of(
                            "secret-wrong",
                            "does not take the login; check the user and the password in wrong",
                            "secret-elsewhere",
                            "the registry %s wants a login; no secret of imagePullSecrets has one"
                                    .formatted(host),
                            "secret-missing",
                            "wants a login; the secret missing of imagePullSecrets does not exist"
                                    + " in the namespace default",
                            "secret-none",
                            "wants a login; name a secret with a login in the pod's"
                                    + " imagePullSecrets")
                    .forEach(this::assertTold);
            cluster.awaitPhase("secret-right", "Succeeded");
            pullsByTheCommandLineSayIt(image);

            cluster.apply(secret("missing", host, LOGIN)).orFail();
            cluster.awaitPhase("secret-missing", "Succeeded");

            cluster.gantry(
                            "delete",
                            "pod",
                            "secret-right",
                            "secret-wrong",
                            "secret-elsewhere",
                            "secret-missing",
                            "secret-none")
                    .orFail();
        }
    }

    private void pullsByTheCommandLineSayIt(String image) {
        Command.Result none = cluster.gantry("pull", image);
        assertThat(none.exit()).isEqualTo(1);
        assertThat(none.err()).contains("wants a login; give a login with --user NAME:PASSWORD");
        Command.Result wrong =
                cluster.gantry("pull", image, "--user", RegistryProcess.USER + ":" + WRONG);
        assertThat(wrong.exit()).isEqualTo(1);
        assertThat(wrong.err()).contains("does not take the login").doesNotContain(WRONG);
        cluster.gantry("pull", image, "--user", LOGIN).orFail();
    }

    private void assertTold(String pod, String message) {
        Await.until(
                SOON,
                () ->
                        assertThat(cluster.gantry("describe", "pod", pod).orFail())
                                .contains("unauthorized: ")
                                .contains(message)
                                .doesNotContain(WRONG));
        assertThat(cluster.gantry("get", "pod", pod).orFail())
                .containsPattern("ErrImagePull|ImagePullBackOff");
    }
}
