package dev.gantry.agent.container;

import java.util.List;

/// A program to run in a container.
///
/// @param argv the program and its arguments; a name without a slash is looked for in `PATH`
/// @param env entries `NAME=value`, in order
/// @param cwd absolute path inside; made when it is missing
/// @param user who runs it
/// @param terminal whether it gets a terminal instead of pipes
/// @param stdin whether it gets input; without it reads find the end at once
/// @param stdinOnce whether input ends when the first attached client goes
public record ProcessSpec(
        List<String> argv,
        List<String> env,
        String cwd,
        User user,
        boolean terminal,
        boolean stdin,
        boolean stdinOnce) {

    public ProcessSpec {
        argv = List.copyOf(argv);
        env = List.copyOf(env);
        if (argv.isEmpty()) {
            throw new IllegalArgumentException("no program to run");
        }
    }

    /// Runs `argv` as root in `/` with Docker's default path and no input.
    public static ProcessSpec of(String... argv) {
        return new ProcessSpec(
                List.of(argv), List.of(DEFAULT_PATH), "/", User.ROOT, false, false, false);
    }

    /// The path that a container gets when its image sets none.
    public static final String DEFAULT_PATH =
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}
