package dev.gantry.cli.resource;

import dev.gantry.cli.command.Arguments;
import dev.gantry.cli.command.Option;
import dev.gantry.cli.command.UsageException;

/// How much of a change is made.
public enum DryRun {
    NONE(""),
    CLIENT(" (dry run)"),
    SERVER(" (server dry run)");

    public static final Option OPTION =
            Option.choice(
                    "dry-run", "none|client|server", "only check: here, or by the control plane");

    private final String suffix;

    DryRun(String suffix) {
        this.suffix = suffix;
    }

    public static DryRun of(Arguments arguments) {
        return switch (arguments.value("dry-run", "none")) {
            case "none", "false" -> NONE;
            case "client", "true" -> CLIENT;
            case "server" -> SERVER;
            default -> throw new UsageException("--dry-run must be none, client or server");
        };
    }

    /// What stands behind each line of what was done.
    public String suffix() {
        return suffix;
    }
}
