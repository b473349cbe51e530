package dev.gantry.cli.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// The client configuration: contexts, and which of them is in use.
///
/// @param currentContext empty when none is chosen
public record ConfigFile(Path path, String currentContext, List<Context> contexts) {
    private static final Path ADMIN = Path.of("/var/lib/gantry/admin.yaml");

    /// Where the configuration is looked for: `--config`, GANTRY_CONFIG, `~/.gantry/config`, then
    /// the admin's of a cluster on this host.
    ///
    /// @param given the value of `--config`, empty when not given
    public static Path locate(String given, Map<String, String> environment) {
        if (!given.isEmpty()) {
            return Path.of(given);
        }
        String named = environment.getOrDefault("GANTRY_CONFIG", "");
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        Path own = Path.of(environment.getOrDefault("HOME", "/root"), ".gantry", "config");
        return Files.exists(own) ? own : ADMIN;
    }

    /// Reads it.
    public static ConfigFile read(Path path) {
        if (!Files.exists(path)) {
            throw new CommandException(
                    "no configuration: "
                            + path
                            + " does not exist. Start a cluster on this host with gantry up, or"
                            + " name a file with --config or GANTRY_CONFIG");
        }
        try {
            return parse(path, Files.readString(path));
        } catch (IOException e) {
            throw new CommandException("cannot read the configuration: " + Reasons.of(e));
        }
    }

    static ConfigFile parse(Path path, String text) {
        Object root;
        try {
            root = new Load(LoadSettings.builder().build()).loadFromString(text);
        } catch (YamlEngineException e) {
            throw new CommandException(path + ": " + e.getMessage());
        }
        if (!(root instanceof Map<?, ?> map)) {
            throw new CommandException(path + ": must hold currentContext and contexts");
        }
        List<Context> contexts = new ArrayList<>();
        if (map.get("contexts") instanceof List<?> list) {
            for (Object item : list) {
                if (item instanceof Map<?, ?> context) {
                    contexts.add(context(path, context));
                }
            }
        }
        return new ConfigFile(path, text(map, "currentContext"), List.copyOf(contexts));
    }

    private static Context context(Path path, Map<?, ?> map) {
        String namespace = text(map, "namespace");
        return new Context(
                text(map, "name"),
                text(map, "server"),
                relative(path, text(map, "socket")),
                relative(path, text(map, "caCertificate")),
                relative(path, text(map, "clientCertificate")),
                relative(path, text(map, "clientKey")),
                namespace.isEmpty() ? "default" : namespace);
    }

    // A path in the file is relative to the file.
    private static String relative(Path config, String value) {
        if (value.isEmpty() || value.contains("-----BEGIN") || value.startsWith("/")) {
            return value;
        }
        return config.toAbsolutePath().resolveSibling(value).toString();
    }

    private static String text(Map<?, ?> map, String key) {
        @Nullable Object value = map.get(key);
        return value == null ? "" : value.toString();
    }

    /// The context of a name, or the current one.
    ///
    /// @param name empty for the current one
    public Context context(String name) {
        String wanted = name.isEmpty() ? currentContext : name;
        Optional<Context> found =
                wanted.isEmpty() && contexts.size() == 1
                        ? Optional.of(contexts.getFirst())
                        : contexts.stream().filter(c -> c.name().equals(wanted)).findFirst();
        return found.orElseThrow(() ->
                new CommandException(
                        (wanted.isEmpty()
                                        ? "no context is in use"
                                        : "there is no context " + wanted)
                                + " in "
                                + path
                                + ". Choose one: gantry config get-contexts, gantry config"
                                + " use-context NAME"));
    }

    /// Makes another context the current one, leaving the rest of the file as it is.
    public void use(String name) throws IOException {
        context(name);
        String text = Files.readString(path);
        String line = "currentContext: " + name;
        String changed =
                text.lines().anyMatch(l -> l.startsWith("currentContext:"))
                        ? text.replaceFirst(
                                "(?m)^currentContext:.*$",
                                java.util.regex.Matcher.quoteReplacement(line))
                        : line + "\n" + text;
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        Files.copy(
                path,
                fresh,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING,
                java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        Files.writeString(fresh, changed);
        Files.move(fresh, path, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }
}
