package dev.gantry.agent.image;

import dev.gantry.agent.image.RegistryCredentials.Login;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The node's own logins: those in its Docker configuration, and those that credential helpers
/// give. Read again for each pull, so that a `docker login` counts at once.
final class NodeLogins {
    private static final int FILE_MAX = 1 << 20;
    private static final Duration HELPER_TIME = Duration.ofSeconds(10);
    // What helpers know Docker Hub as.
    private static final String HUB = "https://index.docker.io/v1/";

    private final @Nullable Path file;

    /// @param file need not exist; null for none
    NodeLogins(@Nullable Path file) {
        this.file = file;
    }

    /// @param note what went wrong, for the one whose pull is refused; perhaps empty
    record Found(List<Login> logins, String note) {
        private static final Found NOTHING = new Found(List.of(), "");

        Found {
            logins = List.copyOf(logins);
        }
    }

    Found find(ImageReference image) throws InterruptedException {
        if (file == null) {
            return Found.NOTHING;
        }
        DockerConfig config;
        try {
            config = read(file);
        } catch (NoSuchFileException e) {
            return Found.NOTHING;
        } catch (IOException | IllegalArgumentException e) {
            return new Found(List.of(), "the node's " + file + " cannot be read");
        }
        String own = config.helpers().getOrDefault(image.registry(), "");
        List<Login> written = config.credentials().loginsFor(image);
        if (!own.isEmpty()) {
            return ask(own, image);
        }
        if (written.isEmpty() && !config.store().isEmpty()) {
            return ask(config.store(), image);
        }
        return new Found(written, "");
    }

    private static DockerConfig read(Path file) throws IOException {
        if (Files.size(file) > FILE_MAX) {
            throw new IOException("larger than 1 MiB");
        }
        return DockerConfig.parse(Files.readAllBytes(file));
    }

    private static Found ask(String helper, ImageReference image) throws InterruptedException {
        String server = image.registry().equals("docker.io") ? HUB : image.registry();
        try {
            Optional<Login> login = CredentialHelper.of(helper, HELPER_TIME).get(server);
            return new Found(login.stream().toList(), "");
        } catch (IOException e) {
            return new Found(List.of(), String.valueOf(e.getMessage()));
        }
    }
}
