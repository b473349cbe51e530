package dev.gantry.e2e.kubectl;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// The machine's kubectl, if it is one that speaks protobuf by itself: 1.32 or later.
final class Kubectl {
    private static final Pattern VERSION = Pattern.compile("Client Version: v1\\.([0-9]+)");
    private static final int PROTOBUF_SINCE = 32;
    private static final int SECONDS_MAX = 60;

    private final Path program;
    private final Path home;

    private Kubectl(Path program, Path home) {
        this.program = program;
        this.home = home;
    }

    /// @param home where it finds no configuration and may keep its cache
    static Optional<Kubectl> find(Path home) throws Exception {
        for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
            Path program = Path.of(folder, "kubectl");
            if (Files.isExecutable(program)) {
                var found = new Kubectl(program, home);
                // The one that comes with a cloud's tools picks another version by the server's;
                // the versions lie beside it.
                Path sibling = program.toRealPath().resolveSibling("kubectl.1." + PROTOBUF_SINCE);
                if (Files.isExecutable(sibling)) {
                    return Optional.of(new Kubectl(sibling, home));
                }
                return found.minor() >= PROTOBUF_SINCE ? Optional.of(found) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    private int minor() throws Exception {
        var match = VERSION.matcher(run(List.of("version", "--client")));
        return match.find() ? Integer.parseInt(match.group(1)) : 0;
    }

    String run(List<String> arguments) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(program.toString());
        command.addAll(arguments);
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("HOME", home.toString());
        builder.environment().remove("KUBECONFIG");
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException("failed to run " + command + ": " + output);
        }
        return output;
    }
}
