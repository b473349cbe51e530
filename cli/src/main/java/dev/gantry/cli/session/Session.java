package dev.gantry.cli.session;

import dev.gantry.cli.transport.LeanChannel;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What one command runs with. The configuration is read, and the connection made, when a command
/// first needs them. For one thread but for the client, which any may use.
public final class Session implements AutoCloseable {
    private final Console console;
    private final Map<String, String> environment;
    private final Choice choice;
    private @Nullable Context context;
    private @Nullable Client client;

    /// What the options that every command has say; empty for what is not given.
    public record Choice(String config, String context, String namespace) {}

    public Session(Console console, Map<String, String> environment, Choice choice) {
        this.console = console;
        this.environment = environment;
        this.choice = choice;
    }

    /// With a context instead of a configuration file.
    public Session(Console console, Context context, Choice choice) {
        this(console, Map.of(), choice);
        this.context = context;
    }

    public Console console() {
        return console;
    }

    public Map<String, String> environment() {
        return environment;
    }

    /// The configuration file, read anew.
    public ConfigFile config() {
        return ConfigFile.read(ConfigFile.locate(choice.config(), environment));
    }

    /// The context in use.
    public Context context() {
        var known = context;
        if (known == null) {
            known = config().context(choice.context());
            context = known;
        }
        return known;
    }

    /// The namespace that `-n` or the context says.
    public String namespace() {
        return choice.namespace().isEmpty() ? context().namespace() : choice.namespace();
    }

    /// Whether `-n` was given.
    public boolean namespaceGiven() {
        return !choice.namespace().isEmpty();
    }

    /// Begins to connect while the command makes itself ready.
    public void connectEarly() {
        try {
            client();
        } catch (CommandException _) {
            // It is said when the client is asked for: that a word is wrong comes before.
        }
    }

    /// The client, which connects at once.
    public Client client() {
        var open = client;
        if (open == null) {
            var to = context();
            LeanChannel channel = channel(to);
            channel.connectEarly();
            open = new Client(channel);
            client = open;
        }
        return open;
    }

    /// A connection as a context says; it is made with the first call.
    public static LeanChannel channel(Context context) {
        Path socket = context.socket().isEmpty() ? null : Path.of(context.socket());
        return new LeanChannel(context.host(), context.port(), () -> Tls.of(context), socket);
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
        }
    }
}
