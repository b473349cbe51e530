package dev.gantry.agent.image;

import dev.gantry.agent.image.Json.JsonException;
import dev.gantry.agent.image.RegistryCredentials.Login;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A program `docker-credential-NAME`, which keeps logins for Docker's tools: `get` reads a
/// registry's address and answers with JSON (docker/docker-credential-helpers).
final class CredentialHelper {
    private static final int ANSWER_MAX = 64 * 1024;
    private static final String TOKEN_USER = "<token>";
    private static final String ABSENT = "credentials not found";

    private final String program;
    private final Duration timeout;

    private CredentialHelper(String program, Duration timeout) {
        this.program = program;
        this.timeout = timeout;
    }

    /// @param name as the configuration has it; the program is looked for in `PATH`
    static CredentialHelper of(String name, Duration timeout) throws IOException {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
            throw new IOException("the node's Docker configuration names a bad credential helper");
        }
        return new CredentialHelper("docker-credential-" + name, timeout);
    }

    static CredentialHelper at(Path program, Duration timeout) {
        return new CredentialHelper(program.toString(), timeout);
    }

    /// Empty when the helper has no login for the server. Throws `IOException` with a plain
    /// message.
    Optional<Login> get(String server) throws IOException, InterruptedException {
        Process process = start();
        try {
            FutureTask<byte[]> answer = new FutureTask<>(() -> converse(process, server));
            Thread.ofVirtual().name(program).start(answer);
            byte[] bytes = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(program + " does not end");
            }
            return process.exitValue() == 0 ? login(server, bytes) : absent(process, bytes);
        } catch (TimeoutException e) {
            throw new IOException(
                    program + " gave no answer in " + timeout.toMillis() / 1000.0 + " s", e);
        } catch (ExecutionException e) {
            throw new IOException(program + " cannot be asked", e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private Process start() throws IOException {
        try {
            return new ProcessBuilder(program, "get")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new IOException(program + " cannot be started on the node", e);
        }
    }

    private static byte[] converse(Process process, String server) throws IOException {
        try (OutputStream question = process.getOutputStream()) {
            question.write(server.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // It has ended without reading: its exit code says more.
            return process.getInputStream().readNBytes(ANSWER_MAX);
        }
        try (InputStream answer = process.getInputStream()) {
            return answer.readNBytes(ANSWER_MAX);
        }
    }

    private Optional<Login> absent(Process process, byte[] answer) throws IOException {
        if (new String(answer, StandardCharsets.UTF_8).contains(ABSENT)) {
            return Optional.empty();
        }
        throw new IOException(program + " failed with exit code " + process.exitValue());
    }

    private Optional<Login> login(String server, byte[] answer) throws IOException {
        try {
            Json json = Json.parse(answer);
            String username = json.at("Username").text();
            String secret = json.at("Secret").text();
            String user = username.equals(TOKEN_USER) ? "" : username;
            return secret.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Login(server, user, secret));
        } catch (JsonException e) {
            // The cause could quote the secret.
            throw new IOException(program + " gave an answer that cannot be read");
        }
    }
}
