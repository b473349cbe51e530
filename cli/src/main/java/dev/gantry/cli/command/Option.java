package dev.gantry.cli.command;

/// An option of a command.
///
/// @param name the long name without dashes
/// @param letter the short name, 0 for none
/// @param value what help calls the value; empty for a switch
/// @param optional whether a switch may be given a value as `--name=value`
public record Option(String name, char letter, String value, boolean optional, String help) {

    /// A switch: `--all`.
    public static Option flag(String name, String help) {
        return new Option(name, (char) 0, "", false, help);
    }

    /// A switch with a short name.
    public static Option flag(String name, char letter, String help) {
        return new Option(name, letter, "", false, help);
    }

    /// An option with a value.
    public static Option of(String name, String value, String help) {
        return new Option(name, (char) 0, value, false, help);
    }

    /// An option with a value and a short name.
    public static Option of(String name, char letter, String value, String help) {
        return new Option(name, letter, value, false, help);
    }

    /// A switch that takes a value after `=` only: `--dry-run`, `--dry-run=client`.
    public static Option choice(String name, String value, String help) {
        return new Option(name, (char) 0, value, true, help);
    }

    boolean isSwitch() {
        return value.isEmpty();
    }
}
