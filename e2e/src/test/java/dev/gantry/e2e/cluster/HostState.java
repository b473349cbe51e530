package dev.gantry.e2e.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// What a cluster could leave behind on its host: mounts, network links, nftables tables, control
/// groups and processes that name it.
///
/// @param items by what they are
record HostState(Map<String, Set<String>> items) {

    private static final Duration QUICK = Duration.ofSeconds(20);

    /// The state now.
    ///
    /// @param mark a text that only this cluster's processes have on their command line
    static HostState now(String mark) {
        Map<String, Set<String>> items = new TreeMap<>();
        items.put("mounts", lines("cut -d' ' -f2 /proc/self/mounts"));
        items.put("links", lines("ls /sys/class/net"));
        items.put("tables", lines("nft list tables"));
        items.put("routes", lines("ip route show table all | sed 's/ metric.*//'"));
        items.put("cgroups", lines("find /sys/fs/cgroup -type d -name '*gantry*'"));
        items.put("processes", processes(mark));
        return new HostState(items);
    }

    private static Set<String> lines(String command) {
        return new TreeSet<>(
                Command.run(QUICK, Map.of(), List.of("sh", "-c", command)).out().lines().toList());
    }

    private static Set<String> processes(String mark) {
        Set<String> found = new TreeSet<>();
        try (Stream<Path> entries = Files.list(Path.of("/proc"))) {
            for (Path entry : entries.toList()) {
                String name = entry.getFileName().toString();
                if (!name.chars().allMatch(Character::isDigit)) {
                    continue;
                }
                try {
                    String line = new String(Files.readAllBytes(entry.resolve("cmdline")), UTF_8);
                    if (line.contains(mark) || line.startsWith("gantry-shim")) {
                        found.add(name + " " + line.replace('\0', ' '));
                    }
                } catch (IOException _) {
                    // It has ended meanwhile.
                }
            }
        } catch (IOException e) {
            throw new AssertionError("cannot read /proc", e);
        }
        return found;
    }
}
