package dev.gantry.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The pods of a test class, seen from inside by `gantry exec` and from outside in the host's
/// `/proc`.
final class Pods {

    private static final Duration SOON = Duration.ofSeconds(60);

    private final Cluster cluster;

    Pods(Cluster cluster) {
        this.cluster = cluster;
    }

    /// What a shell script prints in a container; with its errors in between, whatever its code.
    String shell(String pod, String container, String script) {
        Command.Result result =
                cluster.gantry("exec", pod, "-c", container, "--", "sh", "-c", script);
        return result.out() + result.err();
    }

    /// The output of a script as `name=value` lines.
    Map<String, String> answers(String pod, String container, String script) {
        Map<String, String> answers = new TreeMap<>();
        for (String line : shell(pod, container, script).lines().toList()) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                answers.put(line.substring(0, equals), line.substring(equals + 1).strip());
            }
        }
        return answers;
    }

    /// Waits until the messages or reasons of events about a pod contain a text.
    void awaitEvent(String pod, String text) {
        Await.until(
                SOON,
                () ->
                        assertThat(cluster.gantry("describe", "pod", pod).orFail())
                                .as(pod)
                                .contains(text));
    }

    /// Waits until a container has been restarted this often.
    void awaitRestarts(String pod, int least) {
        Await.until(
                SOON,
                () ->
                        assertThat(
                                        cluster.field(
                                                "pod",
                                                pod,
                                                "{.status.containerStatuses[0].restartCount}"))
                                .as(pod)
                                .matches("\\d+")
                                .satisfies(count ->
                                        assertThat(Integer.parseInt(count))
                                                .isGreaterThanOrEqualTo(least)));
    }

    /// The host's id of the process that runs `sleep SECONDS`: tests tell theirs apart by number.
    static long sleeper(int seconds) {
        List<Long> found = processes("sleep\0" + seconds + "\0");
        assertThat(found).as("processes that sleep %d", seconds).hasSize(1);
        return found.getFirst();
    }

    /// The host's ids of all processes with exactly this command line, as `/proc` has it.
    static List<Long> processes(String commandLine) {
        List<Long> found = new ArrayList<>();
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            for (Path process : all.toList()) {
                String id = process.getFileName().toString();
                if (id.chars().allMatch(Character::isDigit)
                        && read(process.resolve("cmdline")).equals(commandLine)) {
                    found.add(Long.parseLong(id));
                }
            }
        } catch (IOException e) {
            throw new AssertionError("cannot list processes", e);
        }
        return found;
    }

    /// A file of the host's `/proc`; empty once its process is gone.
    static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (NoSuchFileException _) {
            return "";
        } catch (IOException e) {
            if (file.startsWith("/proc")) {
                return "";
            }
            throw new AssertionError("cannot read " + file, e);
        }
    }

    /// A value of `/proc/PID/status`.
    static String status(long process, String name) {
        return read(Path.of("/proc", Long.toString(process), "status"))
                .lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElseThrow(() -> new AssertionError("process " + process + " has no " + name));
    }

    /// The path of a process's control group, by a controller of version 1 or of version 2.
    static Path controlGroup(long process, String controller) {
        for (String line :
                read(Path.of("/proc", Long.toString(process), "cgroup")).lines().toList()) {
            String[] parts = line.split(":", 3);
            if (List.of(parts[1].split(",", -1)).contains(controller)) {
                return Path.of("/sys/fs/cgroup", parts[1], parts[2]);
            }
        }
        String unified = read(Path.of("/proc", Long.toString(process), "cgroup"));
        return Path.of("/sys/fs/cgroup", unified.strip().substring("0::".length()));
    }
}
