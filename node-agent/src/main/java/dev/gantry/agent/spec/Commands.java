package dev.gantry.agent.spec;

import dev.gantry.agent.facts.ConfigException;
import dev.gantry.api.core.v1.Container;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What a container executes: `command` stands for the image's ENTRYPOINT, `args` for its CMD, and
/// a `command` alone silences the image's CMD.
public final class Commands {
    private Commands() {}

    /// @param env for `$(NAME)`
    /// @throws ConfigException when neither pod nor image names a program
    public static List<String> argv(
            Container container,
            List<String> entrypoint,
            List<String> cmd,
            Map<String, String> env) {
        var result = new ArrayList<String>();
        boolean own = container.getCommandCount() > 0;
        if (own) {
            container.getCommandList().forEach(c -> result.add(Expansion.expand(c, env)));
        } else {
            result.addAll(entrypoint);
        }
        if (container.getArgsCount() > 0) {
            container.getArgsList().forEach(a -> result.add(Expansion.expand(a, env)));
        } else if (!own) {
            result.addAll(cmd);
        }
        if (result.isEmpty()) {
            throw new ConfigException(
                    "no command specified: neither the container nor its image names one");
        }
        return result;
    }
}
