package dev.gantry.agent.container;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One more program in a running container; what is null is as the container's own program has it.
///
/// @param stdin whether it gets input
/// @param columns first width of the terminal; 0 is unknown
/// @param rows first height of the terminal
public record ExecSpec(
        List<String> argv,
        @Nullable List<String> env,
        @Nullable String cwd,
        @Nullable User user,
        boolean terminal,
        boolean stdin,
        int columns,
        int rows) {

    public ExecSpec {
        argv = List.copyOf(argv);
        env = env == null ? null : List.copyOf(env);
        if (argv.isEmpty()) {
            throw new IllegalArgumentException("no program to run");
        }
    }

    /// Runs `argv` with pipes and no input.
    public static ExecSpec of(String... argv) {
        return new ExecSpec(List.of(argv), null, null, null, false, false, 0, 0);
    }
}
