package dev.gantry.agent.image.registry;

import dev.gantry.agent.image.registry.RegistryException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// Says what of an image's name a registry does not know: registries answer a wrong tag and a wrong
/// repository alike, but they list the tags of a repository that is there.
final class Absence {
    private static final int ANSWER_MAX = 1 << 20;
    private static final int NAMED_MAX = 10;
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
    private static final JsonFactory JSON = new JsonFactory();

    private final RegistryConnection connection;
    private final String host;
    private final String repository;

    Absence(RegistryConnection connection, String host, String repository) {
        this.connection = connection;
        this.host = host;
        this.repository = repository;
    }

    /// @param reference the tag or digest that was not found
    RegistryException of(String reference) throws InterruptedException {
        boolean digest = reference.contains(":");
        String what = (digest ? "manifest " : "tag ") + reference;
        try {
            List<String> tags = tags();
            String there = digest || tags.isEmpty() ? "" : "; it has " + named(tags);
            return notFound("the repository " + repository + " has no " + what + there);
        } catch (RegistryException e) {
            return notFound(
                    e.kind() == Kind.NOT_FOUND
                            ? "the registry " + host + " has no repository " + repository
                            : "no " + what + " in the repository " + repository);
        } catch (IOException e) {
            return notFound("no " + what + " in the repository " + repository);
        }
    }

    private static RegistryException notFound(String why) {
        return new RegistryException(Kind.NOT_FOUND, "not found: " + why);
    }

    private static String named(List<String> tags) {
        String names = String.join(", ", tags.subList(0, Math.min(NAMED_MAX, tags.size())));
        return tags.size() > NAMED_MAX ? names + " and others" : names;
    }

    private List<String> tags() throws IOException, InterruptedException {
        var answer =
                connection.send(
                        "/v2/" + repository + "/tags/list?n=" + (NAMED_MAX + 1),
                        "application/json",
                        0);
        try (InputStream body = answer.body()) {
            return read(body.readNBytes(ANSWER_MAX));
        }
    }

    /// The strings in the list `tags`; those before the place where it is no longer JSON.
    private static List<String> read(byte[] bytes) {
        List<String> tags = new ArrayList<>();
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), bytes)) {
            while (parser.nextToken() != null) {
                if (parser.currentToken() == JsonToken.VALUE_STRING
                        && parser.streamReadContext().inArray()) {
                    Optional.of(parser.getString())
                            .filter(tag -> TAG.matcher(tag).matches())
                            .ifPresent(tags::add);
                }
            }
        } catch (JacksonException e) {
            return tags;
        }
        return tags;
    }
}
