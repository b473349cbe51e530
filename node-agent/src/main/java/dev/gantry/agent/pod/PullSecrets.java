package dev.gantry.agent.pod;

import dev.gantry.agent.image.RegistryCredentials.Login;
import dev.gantry.api.core.v1.Secret;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;

/// Logins in secrets of the types `kubernetes.io/dockerconfigjson` and `kubernetes.io/dockercfg`. A
/// secret that cannot be read yields none: the registry's answer then says what is missing, and
/// nothing of the secret is ever shown.
final class PullSecrets {
    private static final JsonFactory JSON = new JsonFactory();

    private PullSecrets() {}

    static List<Login> logins(Secret secret) {
        var config = secret.getDataMap().get(".dockerconfigjson");
        var old = secret.getDataMap().get(".dockercfg");
        if (config != null) {
            return read(config.toByteArray(), true);
        }
        return old == null ? List.of() : read(old.toByteArray(), false);
    }

    private static List<Login> read(byte[] json, boolean wrapped) {
        var logins = new ArrayList<Login>();
        try (var parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return logins;
            }
            if (!wrapped) {
                registries(parser, logins);
                return logins;
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                var name = parser.currentName();
                parser.nextToken();
                if (name.equals("auths") && parser.currentToken() == JsonToken.START_OBJECT) {
                    registries(parser, logins);
                } else {
                    parser.skipChildren();
                }
            }
            return logins;
        } catch (StreamReadException | JacksonIOException e) {
            return List.of();
        }
    }

    private static void registries(JsonParser parser, List<Login> logins) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            var registry = parser.currentName();
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                login(registry, parser, logins);
            } else {
                parser.skipChildren();
            }
        }
    }

    private static void login(String registry, JsonParser parser, List<Login> logins) {
        var username = "";
        var password = "";
        var auth = "";
        var token = "";
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            var field = parser.currentName();
            parser.nextToken();
            var value = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getString() : "";
            switch (field) {
                case "username" -> username = value;
                case "password" -> password = value;
                case "auth" -> auth = value;
                case "identitytoken" -> token = value;
                default -> parser.skipChildren();
            }
        }
        if (username.isEmpty() && !auth.isEmpty()) {
            var pair = decoded(auth);
            int colon = pair.indexOf(':');
            username = colon < 0 ? "" : pair.substring(0, colon);
            password = colon < 0 ? "" : pair.substring(colon + 1);
        }
        logins.add(
                token.isEmpty()
                        ? new Login(registry, username, password)
                        : new Login(registry, "", token));
    }

    private static String decoded(String auth) {
        try {
            return new String(Base64.getDecoder().decode(auth), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
