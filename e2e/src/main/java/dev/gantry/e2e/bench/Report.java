package dev.gantry.e2e.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The document that a benchmark ends in: its name, the machine it ran on, and its results. Not
/// thread-safe.
final class Report {
    private final String benchmark;
    private final double loadBefore;
    private final List<Result> results = new ArrayList<>();

    /// Starts a report: the machine's load is taken now, before the benchmark adds its own.
    Report(String benchmark) throws IOException {
        this.benchmark = benchmark;
        this.loadBefore = load();
    }

    void add(Result result) {
        results.add(result);
    }

    /// Prints the document on standard output, as one line.
    void print() throws IOException {
        System.out.println(
                "{\"benchmark\":%s,\"machine\":%s,\"results\":[%s]}"
                        .formatted(
                                quoted(benchmark),
                                machine(),
                                results.stream()
                                        .map(Result::json)
                                        .collect(Collectors.joining(","))));
    }

    private String machine() throws IOException {
        return ("{\"cpu\":%s,\"cores\":%d,\"memoryMiB\":%d,\"os\":%s,\"kernel\":%s,\"cgroup\":%s,"
                        + "\"java\":%s,\"loadBefore\":%s}")
                .formatted(
                        quoted(field("/proc/cpuinfo", "model name", "unknown")),
                        Runtime.getRuntime().availableProcessors(),
                        Long.parseLong(
                                        field("/proc/meminfo", "MemTotal", "0")
                                                .replaceAll("[^0-9]", ""))
                                / 1024,
                        quoted(field("/etc/os-release", "PRETTY_NAME", "unknown")),
                        quoted(System.getProperty("os.version")),
                        quoted(cgroup()),
                        quoted(Runtime.version().toString()),
                        loadBefore);
    }

    private static String cgroup() {
        if (Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"))) {
            return "v2";
        }
        return Files.isDirectory(Path.of("/sys/fs/cgroup/unified")) ? "v1, hybrid" : "v1";
    }

    private static double load() throws IOException {
        return Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
    }

    // The value of the first line "NAME : VALUE" or "NAME=VALUE" of a file.
    private static String field(String file, String name, String otherwise) throws IOException {
        for (String line : Files.readAllLines(Path.of(file))) {
            if (line.startsWith(name)) {
                String value = line.substring(name.length()).strip();
                return value.replaceFirst("^[:=]\\s*", "").replaceAll("^\"|\"$", "");
            }
        }
        return otherwise;
    }

    /// A JSON string of any text.
    static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append("\\u%04x".formatted((int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
