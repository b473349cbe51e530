package dev.gantry.e2e.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The machine that a benchmark ran on, and the document it ends in.
final class Machine {

    private Machine() {}

    static void print(String benchmark, List<Samples> results) throws IOException {
        StringBuilder json = new StringBuilder();
        json.append("{\"benchmark\":\"")
                .append(benchmark)
                .append("\",\"machine\":")
                .append(json())
                .append(",\"results\":[");
        for (int i = 0; i < results.size(); i++) {
            json.append(i == 0 ? "" : ",").append(results.get(i).json());
        }
        System.out.println(json.append("]}"));
    }

    private static String json() throws IOException {
        String load = Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
        String memory =
                Files.readAllLines(Path.of("/proc/meminfo")).getFirst().replaceAll("[^0-9]", "");
        return "{\"cores\":%d,\"memoryKiB\":%s,\"kernel\":\"%s\",\"java\":\"%s\",\"load\":%s}"
                .formatted(
                        Runtime.getRuntime().availableProcessors(),
                        memory,
                        System.getProperty("os.version"),
                        Runtime.version(),
                        load);
    }
}
