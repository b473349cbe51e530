package dev.gantry.agent.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.agent.image.RegistryCredentials.Login;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeLoginsTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    @TempDir Path directory;

    @Test
    void helperIsAskedForTheServerAndGivesALogin() throws Exception {
        Path helper =
                helper(
                        "read server; test \"$1\" = get || exit 9\n"
                                + "printf '{\"ServerURL\":\"%s\",' $server\n"
                                + "echo '\"Username\":\"me\",\"Secret\":\"s\"}'\n");

        assertThat(CredentialHelper.at(helper, LONG).get("r.example"))
                .contains(new Login("r.example", "me", "s"));
    }

    @Test
    void tokenUserMeansAnIdentityToken() throws Exception {
        Path helper = helper("echo '{\"Username\":\"<token>\",\"Secret\":\"s\"}'\n");

        assertThat(CredentialHelper.at(helper, LONG).get("r")).contains(new Login("r", "", "s"));
    }

    @Test
    void helperWithoutALoginGivesNone() throws Exception {
        Path helper = helper("echo 'credentials not found in native keychain'; exit 1\n");

        assertThat(CredentialHelper.at(helper, LONG).get("r")).isEmpty();
    }

    @Test
    void helperThatFailsOrHangsOrBabblesIsNamed() throws Exception {
        assertThatThrownBy(() -> CredentialHelper.at(helper("exit 3\n"), LONG).get("r"))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith("docker-credential-test failed with exit code 3");
        assertThatThrownBy(() -> CredentialHelper.at(helper("echo secret\n"), LONG).get("r"))
                .hasMessageEndingWith("gave an answer that cannot be read")
                .hasNoCause();
        Path hanging = helper("exec sleep 600\n");
        assertThatThrownBy(() -> CredentialHelper.at(hanging, Duration.ofMillis(200)).get("r"))
                .hasMessageContaining("gave no answer in");
    }

    @Test
    void nameOfAHelperIsNoPath() {
        assertThatThrownBy(() -> CredentialHelper.of("../../bin/sh", LONG))
                .isInstanceOf(IOException.class);
    }

    @Test
    void absentFileGivesNoLoginsAndABrokenOneIsNoted() throws Exception {
        ImageReference image = ImageReference.parse("r.example/app");
        Path file = directory.resolve("config.json");

        assertThat(new NodeLogins(file).find(image)).isEqualTo(new NodeLogins(null).find(image));
        Files.writeString(file, "{");
        assertThat(new NodeLogins(file).find(image).note()).endsWith("cannot be read");
    }

    private Path helper(String script) throws IOException {
        Path file = Files.createTempDirectory(directory, "h").resolve("docker-credential-test");
        Files.writeString(file, "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return file;
    }
}
