package dev.gantry.agent.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gantry.agent.image.PullException.Reason;
import dev.gantry.agent.image.RegistryCredentials.Login;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tokens and logins as the large registries want them, and who gets to see them.
@Tag("root")
class RegistryLoginTest {
    private static final RegistryCredentials NOBODY = RegistryCredentials.ANONYMOUS;
    private static final RegistryCredentials USER = RegistryCredentials.of("me", "pass");
    @TempDir Path directory;
    private SimRegistry registry;
    private ImageStore store;

    @BeforeEach
    void start() throws IOException {
        registry = new SimRegistry();
        store =
                ImageStore.open(
                        directory.resolve("store"),
                        ImageLimits.DEFAULT,
                        new RegistrySettings(
                                List.of(),
                                List.of(),
                                Duration.ofMillis(1),
                                Duration.ofSeconds(10),
                                directory.resolve("config.json")));
    }

    @AfterEach
    void stop() {
        store.close();
        registry.close();
    }

    @Test
    void anonymousTokenIsAskedForTheRepositoryAndNotForThePlaceholder() throws Exception {
        SimTokens tokens = registry.bearer();
        String name = registry.add("1", image());

        pull(name, NOBODY);

        assertThat(tokens.questions())
                .containsExactly("GET service=sim&scope=repository%3Ateam%2Fapp%3Apull null");
    }

    @Test
    void passwordIsPostedAndAccessTokenAloneIsEnough() throws Exception {
        SimTokens tokens = registry.bearer().field("access_token").password("pass");
        String name = registry.add("1", image());

        pull(name, USER);

        assertThat(tokens.questions()).hasSize(1);
        assertThat(tokens.questions().getFirst())
                .startsWith("POST ")
                .contains("grant_type=password", "username=me", "password=pass", "service=sim");
    }

    @Test
    void serviceWithoutPostIsAskedByGet() throws Exception {
        SimTokens tokens = registry.bearer().post(405);
        String name = registry.add("1", image());

        pull(name, USER);

        String basic = "Basic " + Base64.getEncoder().encodeToString(TinyImage.utf8("me:pass"));
        assertThat(tokens.questions()).hasSize(2);
        assertThat(tokens.questions().getLast()).startsWith("GET ").endsWith(basic);
    }

    @Test
    void identityTokenIsARefreshToken() throws Exception {
        SimTokens tokens = registry.bearer();
        String name = registry.add("1", image());

        pull(name, new RegistryCredentials(List.of(new Login(registry.host(), "", "refresh"))));

        assertThat(tokens.questions().getFirst())
                .contains("grant_type=refresh_token", "refresh_token=refresh");
    }

    @Test
    void tokenThatExpiresInTheMiddleIsRenewed() throws Exception {
        SimTokens tokens = registry.bearer().expiringAfter(2);
        String name = registry.add("1", image());

        assertThat(pull(name, NOBODY).layerDirectories()).hasSize(2);

        assertThat(tokens.questions()).hasSizeBetween(2, 4);
    }

    @Test
    void tokenServiceWithoutUseEndsPlainly() throws Exception {
        registry.bearer().field("other");
        String name = registry.add("1", image());

        assertThat(failure(name, NOBODY)).hasMessageContaining("no usable token");
    }

    @Test
    void blobHostNeverSeesTheLogin() throws Exception {
        try (SimRegistry elsewhere = new SimRegistry()) {
            registry.bearer();
            TinyImage image = image();
            String name = registry.add("1", image);
            elsewhere.add("1", image);
            elsewhere.refuseAuthorization();
            registry.redirectBlobs(elsewhere.host());

            assertThat(pull(name, USER).layerDirectories()).hasSize(2);

            assertThat(elsewhere.requests("blobs")).hasSize(3);
        }
    }

    @Test
    void secondLoginIsTriedWhenTheFirstIsRefused() throws Exception {
        registry.bearer().password("pass").post(200);
        String name = registry.add("1", image());

        pull(
                name,
                new RegistryCredentials(
                        List.of(
                                new Login(registry.host(), "me", "pass"),
                                new Login(registry.host() + "/team", "me", "stale"))));

        assertThat(store.find(name)).isPresent();
    }

    @Test
    void nodesOwnLoginIsUsedWhenThePodHasNone() throws Exception {
        SimTokens tokens = registry.bearer().password("pass");
        String name = registry.add("1", image());
        String auth = Base64.getEncoder().encodeToString(TinyImage.utf8("me:pass"));
        Files.writeString(
                directory.resolve("config.json"),
                "{\"auths\":{\"http://%s/v2/\":{\"auth\":\"%s\"}}}"
                        .formatted(registry.host(), auth));

        pull(name, NOBODY);

        assertThat(tokens.questions().getFirst()).contains("password=pass");
    }

    @Test
    void missingHelperIsNamedWhenThePullIsRefused() throws Exception {
        registry.fault("manifests", SimRegistry.status(403, "X", "y"));
        String name = registry.add("1", image());
        Files.writeString(directory.resolve("config.json"), "{\"credsStore\":\"not-there\"}");

        PullException e = failure(name, NOBODY);

        assertThat(e.reason()).isEqualTo(Reason.UNAUTHORIZED);
        assertThat(e)
                .hasMessageEndingWith(
                        "(docker-credential-not-there cannot be started on the node)");
    }

    private static TinyImage image() {
        return TinyImage.of(
                List.of(TinyImage.tar("one", new byte[100]), TinyImage.tar("two", new byte[100])));
    }

    private Image pull(String name, RegistryCredentials credentials) throws InterruptedException {
        return store.pull(name, credentials, ProgressListener.NONE);
    }

    private PullException failure(String name, RegistryCredentials credentials) {
        return catchThrowableOfType(PullException.class, () -> pull(name, credentials));
    }
}
