package dev.gantry.agent.image.registry;

import dev.gantry.agent.image.registry.RegistryException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// The `Authorization` for one repository of one registry: asked for when the registry challenges,
/// shared by all downloads, and asked for again when the registry no longer takes it, whatever its
/// stated life (distribution auth/token.md, oauth.md; as containerd does it).
final class Tokens {
    private static final int ANSWER_MAX = 1 << 20;
    private static final Set<Integer> POST_REFUSED = Set.of(400, 401, 404, 405);
    private static final JsonFactory JSON = new JsonFactory();

    private final HttpClient http;
    private final RegistryAddress address;
    private final Login login;
    private final String scope;
    private final Duration silence;
    private @Nullable String authorization;

    Tokens(
            HttpClient http,
            RegistryAddress address,
            String repository,
            Login login,
            Duration silence) {
        this.http = http;
        this.address = address;
        this.login = login;
        this.silence = silence;
        this.scope = "repository:" + repository + ":pull";
    }

    synchronized @Nullable String current() {
        return authorization;
    }

    /// Answers a challenge. Throws [RegistryException] when there is nothing left to try.
    ///
    /// @param refused what the refused request carried; null for nothing
    synchronized void renew(List<Challenge> challenges, @Nullable String refused)
            throws IOException, InterruptedException {
        if (authorization != null && !authorization.equals(refused)) {
            return;
        }
        for (Challenge challenge : challenges) {
            if (challenge.scheme().equals("bearer") && !challenge.parameter("realm").isEmpty()) {
                authorization = "Bearer " + token(challenge);
                return;
            }
        }
        boolean basic = challenges.stream().anyMatch(c -> c.scheme().equals("basic"));
        if (basic && !login.anonymous() && !login.basic().equals(refused)) {
            authorization = login.basic();
            return;
        }
        throw unauthorized(
                "the registry "
                        + address.host()
                        + (login.anonymous() ? " wants a login" : " does not take the login"));
    }

    private static RegistryException unauthorized(String why) {
        return new RegistryException(Kind.UNAUTHORIZED, "unauthorized: " + why);
    }

    private String token(Challenge challenge) throws IOException, InterruptedException {
        URI realm = realm(challenge.parameter("realm"));
        String service = challenge.parameter("service");
        if (service.isEmpty()) {
            service = address.host();
        }
        if (!login.anonymous()) {
            HttpResponse<InputStream> answer = post(realm, service);
            try (InputStream body = answer.body()) {
                if (answer.statusCode() == 200) {
                    return read(body);
                }
                if (!POST_REFUSED.contains(answer.statusCode())) {
                    throw refused(answer.statusCode());
                }
            }
        }
        HttpResponse<InputStream> answer = get(realm, service);
        try (InputStream body = answer.body()) {
            if (answer.statusCode() != 200) {
                throw refused(answer.statusCode());
            }
            return read(body);
        }
    }

    private static RegistryException refused(int status) {
        if (status == 401 || status == 403 || status == 400) {
            return unauthorized("the token service refuses (status " + status + ")");
        }
        Kind kind = status == 429 ? Kind.RATE_LIMITED : Kind.UNAVAILABLE;
        return new RegistryException(kind, "the token service answers with status " + status);
    }

    /// The password goes to the realm: so it must be what the registry, over a channel as good as
    /// this one, says it is (CVE-2020-15157 shows why).
    private URI realm(String text) throws RegistryException {
        URI realm;
        try {
            realm = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new RegistryException(Kind.BAD_ANSWER, "its token realm is no address", e);
        }
        String host = realm.getHost();
        boolean plain = "http".equals(realm.getScheme()) && address.isPlain();
        if (host == null || !("https".equals(realm.getScheme()) || plain)) {
            throw new RegistryException(Kind.BAD_ANSWER, "its token realm is not https");
        }
        RegistryAddress.checkTarget(realm);
        return realm;
    }

    private HttpResponse<InputStream> post(URI realm, String service)
            throws IOException, InterruptedException {
        StringBuilder form = new StringBuilder("client_id=gantry");
        add(form, "service", service);
        add(form, "scope", scope);
        if (login.username().isEmpty()) {
            add(form, "grant_type", "refresh_token");
            add(form, "refresh_token", login.secret());
        } else {
            add(form, "grant_type", "password");
            add(form, "username", login.username());
            add(form, "password", login.secret());
        }
        return http.send(
                HttpRequest.newBuilder(realm)
                        .timeout(silence)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form.toString()))
                        .build(),
                StallGuard.handler(silence));
    }

    private HttpResponse<InputStream> get(URI realm, String service)
            throws IOException, InterruptedException {
        StringBuilder query = new StringBuilder(realm.toString());
        query.append(realm.getRawQuery() == null ? "?" : "&").append("service=");
        query.append(URLEncoder.encode(service, StandardCharsets.UTF_8));
        add(query, "scope", scope);
        HttpRequest.Builder request = HttpRequest.newBuilder();
        if (!login.anonymous() && !login.username().isEmpty()) {
            add(query, "account", login.username());
            request.header("Authorization", login.basic());
        }
        return http.send(
                request.uri(URI.create(query.toString())).timeout(silence).GET().build(),
                StallGuard.handler(silence));
    }

    private static void add(StringBuilder form, String name, String value) {
        form.append('&').append(name).append('=');
        form.append(URLEncoder.encode(value, StandardCharsets.UTF_8));
    }

    /// `token` or `access_token`, whichever there is.
    private static String read(InputStream body) throws IOException {
        byte[] bytes = body.readNBytes(ANSWER_MAX);
        String found = "";
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), bytes)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    String name = parser.currentName();
                    JsonToken value = parser.nextToken();
                    boolean wanted = name.equals("token") || name.equals("access_token");
                    if (wanted && value == JsonToken.VALUE_STRING) {
                        found = parser.getString();
                    }
                    parser.skipChildren();
                }
            }
        } catch (JacksonException e) {
            throw new RegistryException(
                    Kind.BAD_ANSWER, "the token service's answer is not JSON", e);
        }
        if (found.isEmpty() || !found.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new RegistryException(
                    Kind.BAD_ANSWER, "the token service's answer has no usable token");
        }
        return found;
    }
}
