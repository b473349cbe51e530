package dev.gantry.e2e.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// What processes of this host use, by proc(5).
final class Processes {
    private static final int TICKS_PER_SECOND = 100;

    private Processes() {}

    /// Those whose command line starts so.
    static List<Long> startingWith(String text) {
        List<Long> found = new ArrayList<>();
        ProcessHandle.allProcesses()
                .forEach(process -> {
                    try {
                        Path file = Path.of("/proc/" + process.pid() + "/cmdline");
                        if (Files.readString(file, StandardCharsets.ISO_8859_1).startsWith(text)) {
                            found.add(process.pid());
                        }
                    } catch (IOException _) {
                        // It has ended meanwhile.
                    }
                });
        return found;
    }

    /// The memory of all, what they share counted in parts: PSS, in MiB.
    static double memory(Collection<Long> pids) {
        return pids.stream().mapToLong(Processes::pss).sum() / 1024.0;
    }

    /// User and system time of all so far, in seconds.
    static double seconds(Collection<Long> pids) {
        return (double) pids.stream().mapToLong(Processes::ticks).sum() / TICKS_PER_SECOND;
    }

    // Fields 14 and 15 of stat, counted after the command's name, which may contain anything.
    private static long ticks(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        } catch (IOException _) {
            return 0;
        }
    }

    private static long pss(long pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
                if (line.startsWith("Pss:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
        } catch (IOException _) {
            // It has ended meanwhile.
        }
        return 0;
    }
}
