package dev.gantry.cli.command;

import dev.gantry.cli.session.Session;
import java.io.IOException;

/// What a command does.
@FunctionalInterface
public interface Action {
    /// Runs the command.
    ///
    /// @return the exit code
    int run(Arguments arguments, Session session) throws IOException, InterruptedException;
}
