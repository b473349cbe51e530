package dev.gantry.agent;

import dev.gantry.agent.session.NodeSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Properties;

/// What the node's network was made from, kept for whoever has to take it down.
final class SettingsFile {
    private final Path file;

    SettingsFile(Path dataDir) {
        this.file = dataDir.resolve("network.properties");
    }

    void write(NodeSettings settings) {
        var text =
                """
                nodeName=%s
                nodeUid=%s
                podCidr=%s
                clusterPodCidr=%s
                serviceCidr=%s
                dnsAddress=%s
                clusterDomain=%s
                """
                        .formatted(
                                settings.nodeName(),
                                settings.nodeUid(),
                                settings.podCidr(),
                                settings.clusterPodCidr(),
                                settings.serviceCidr(),
                                settings.dnsAddress(),
                                settings.clusterDomain());
        var fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.writeString(fresh, text);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("failed to write " + file, e);
        }
    }

    Optional<NodeSettings> read() {
        var values = new Properties();
        try (var in = Files.newBufferedReader(file)) {
            values.load(in);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("failed to read " + file, e);
        }
        return Optional.of(
                new NodeSettings(
                        values.getProperty("nodeName", ""),
                        values.getProperty("nodeUid", ""),
                        values.getProperty("podCidr", ""),
                        values.getProperty("clusterPodCidr", ""),
                        values.getProperty("serviceCidr", ""),
                        values.getProperty("dnsAddress", ""),
                        values.getProperty("clusterDomain", "")));
    }
}
