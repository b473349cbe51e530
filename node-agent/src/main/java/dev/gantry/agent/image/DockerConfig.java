package dev.gantry.agent.image;

import dev.gantry.agent.image.Json.JsonException;
import dev.gantry.agent.image.RegistryCredentials.Login;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Logins as `docker login` writes them (docker/cli `config.json`), in files and in Kubernetes'
/// secrets. Entries that cannot be read are passed over, as Docker's own tools do; nothing of them
/// is ever shown.
///
/// @param credentials what stands in the file itself
/// @param helpers by registry, the name behind `docker-credential-`
/// @param store the helper for all other registries; empty: none
public record DockerConfig(
        RegistryCredentials credentials, Map<String, String> helpers, String store) {
    private static final DockerConfig EMPTY =
            new DockerConfig(RegistryCredentials.ANONYMOUS, Map.of(), "");

    public DockerConfig {
        helpers = new LinkedHashMap<>(helpers);
    }

    /// Reads a `config.json`, which is also what a secret of the type
    /// `kubernetes.io/dockerconfigjson` holds. Throws `IllegalArgumentException` when it is not
    /// JSON.
    public static DockerConfig parse(byte[] json) {
        return read(json, false);
    }

    /// Reads what a secret of the type `kubernetes.io/dockercfg` holds: the logins alone. Throws
    /// `IllegalArgumentException` when it is not JSON.
    public static DockerConfig parseLegacy(byte[] json) {
        return read(json, true);
    }

    private static DockerConfig read(byte[] json, boolean legacy) {
        Json document;
        try {
            document = Json.parse(json);
        } catch (JsonException e) {
            // The parser's message could quote a secret.
            throw new IllegalArgumentException("the logins are not valid JSON");
        }
        if (!(document.value() instanceof Map<?, ?>)) {
            return EMPTY;
        }
        List<Login> logins = new ArrayList<>();
        Map<String, String> helpers = new LinkedHashMap<>();
        Json auths = legacy ? document : document.at("auths");
        members(auths).forEach((registry, entry) -> login(registry, entry).ifPresent(logins::add));
        if (legacy) {
            return new DockerConfig(new RegistryCredentials(logins), helpers, "");
        }
        members(document.at("credHelpers"))
                .forEach((registry, entry) -> {
                    if (entry.value() instanceof String name) {
                        helpers.put(new Login(registry, "", "").place(), name);
                    }
                });
        return new DockerConfig(
                new RegistryCredentials(logins), helpers, string(document.at("credsStore")));
    }

    private static Map<String, Json> members(Json json) {
        Map<String, Json> members = new LinkedHashMap<>();
        if (json.value() instanceof Map<?, ?>) {
            json.object().keySet().forEach(name -> members.put(name, json.at(name)));
        }
        return members;
    }

    private static String string(Json json) {
        return json.value() instanceof String text ? text : "";
    }

    private static Optional<Login> login(String registry, Json entry) {
        if (!(entry.value() instanceof Map<?, ?>)) {
            return Optional.empty();
        }
        String token = string(entry.at("identitytoken"));
        if (!token.isEmpty()) {
            return Optional.of(new Login(registry, "", token));
        }
        String username = string(entry.at("username"));
        String password = string(entry.at("password"));
        String auth = string(entry.at("auth"));
        if (!auth.isEmpty()) {
            String pair = decoded(auth);
            int colon = pair.indexOf(':');
            if (colon < 0) {
                return Optional.empty();
            }
            username = pair.substring(0, colon);
            // Docker has padded passwords with NUL bytes.
            password = pair.substring(colon + 1).replaceFirst("\0+$", "");
        }
        // `docker login` with a credential store leaves empty entries.
        return username.isEmpty() && password.isEmpty()
                ? Optional.empty()
                : Optional.of(new Login(registry, username, password));
    }

    private static String decoded(String auth) {
        try {
            return new String(Base64.getDecoder().decode(auth.strip()), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /// Without the secrets.
    @Override
    public String toString() {
        return "DockerConfig[" + credentials + ", " + helpers + ", " + store + "]";
    }
}
