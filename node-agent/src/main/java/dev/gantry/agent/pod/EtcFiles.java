package dev.gantry.agent.pod;

import dev.gantry.agent.container.Sandbox;
import dev.gantry.agent.facts.PodFacts;
import dev.gantry.agent.spec.PodFiles;
import dev.gantry.agent.spec.PodPaths;
import dev.gantry.agent.volume.Owner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Writes the files of `/etc` that a pod's containers share. They belong to the pod's root, who may
/// change them.
final class EtcFiles {
    private final PodPaths paths;

    EtcFiles(PodPaths paths) {
        this.paths = paths;
    }

    void write(PodFacts facts, Sandbox sandbox, String dnsAddress, String domain) {
        var pod = facts.pod();
        var owner = new Owner(sandbox.ids(), -1);
        boolean host = pod.getSpec().getHostNetwork();
        var hosts =
                host
                        ? read(Path.of("/etc/hosts")) + PodFiles.aliases(pod)
                        : PodFiles.hosts(pod, facts.podIp(), domain);
        var hostname = host ? read(Path.of("/etc/hostname")).strip() : PodFiles.hostname(pod);
        put("hosts", hosts, owner);
        put("hostname", hostname + "\n", owner);
        put(
                "resolv.conf",
                PodFiles.resolvConf(pod, dnsAddress, domain, read(Path.of("/etc/resolv.conf"))),
                owner);
    }

    private void put(String name, String text, Owner owner) {
        var file = paths.etc(name);
        try {
            if (Files.exists(file)) {
                return;
            }
            Files.createDirectories(file.getParent());
            var fresh = paths.etc(name + ".new");
            Files.writeString(fresh, text);
            owner.give(fresh);
            Files.setAttribute(fresh, "unix:mode", 0644);
            Files.move(fresh, file);
        } catch (IOException e) {
            throw new UncheckedIOException("failed to write " + file, e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.isReadable(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException("failed to read " + file, e);
        }
    }
}
