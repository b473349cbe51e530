package dev.gantry.cli;

import dev.gantry.cli.session.Console;
import java.util.List;

/// The command line's entry point.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(Gantry.run(List.of(arguments), Console.system(), System.getenv()));
    }
}
