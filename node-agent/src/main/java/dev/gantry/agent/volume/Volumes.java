package dev.gantry.agent.volume;

import dev.gantry.agent.facts.Amounts;
import dev.gantry.agent.facts.Objects;
import dev.gantry.agent.facts.PodFacts;
import dev.gantry.api.core.v1.EmptyDirVolumeSource;
import dev.gantry.api.core.v1.Volume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/// Makes, updates and removes the volumes of a pod, below `volumes/` in the pod's directory. Doing
/// anything twice is fine. Calls for one pod come one after the other; for different pods at once.
public final class Volumes {
    private static final String DIRECTORY = "volumes";
    private static final int EMPTY_DIR_MODE = 0777;
    // Files that the agent writes: secrets stay far below this.
    private static final long PROJECTED_BYTES_MAX = 16L << 20;

    private final Mounts mounts;

    /// @param mounts for volumes in memory
    public Volumes(Mounts mounts) {
        this.mounts = mounts;
    }

    /// A volume that is ready to be mounted into containers.
    ///
    /// @param source a directory or file of the host
    /// @param idMapped its files belong to the host's ids: root inside is root there
    /// @param readOnly whatever the mount says
    public record Ready(Path source, boolean idMapped, boolean readOnly) {}

    /// Makes all volumes of the pod that are not there yet, and brings projected ones up to date.
    ///
    /// @throws VolumeException naming the volume
    public SortedMap<String, Ready> prepare(
            Path podDirectory, PodFacts facts, Objects objects, Owner owner) {
        var result = new TreeMap<String, Ready>();
        var projection = new Projection(facts, objects);
        for (var volume : facts.pod().getSpec().getVolumesList()) {
            try {
                result.put(volume.getName(), make(podDirectory, volume, projection, owner));
            } catch (IOException | VolumeException e) {
                throw new VolumeException(
                        "MountVolume.SetUp failed for volume \"%s\" : %s"
                                .formatted(volume.getName(), e.getMessage()),
                        e);
            }
        }
        return result;
    }

    private Ready make(Path podDirectory, Volume volume, Projection projection, Owner owner)
            throws IOException {
        var source = volume.getVolumeSource();
        var directory = podDirectory.resolve(DIRECTORY).resolve(volume.getName());
        if (source.hasHostPath()) {
            return new Ready(HostPaths.of(source.getHostPath()), owner.ids() != null, false);
        }
        if (source.hasEmptyDir()) {
            emptyDir(directory, source.getEmptyDir(), owner);
            return new Ready(directory, false, false);
        }
        if (Projection.projected(source)) {
            var content = projection.of(source);
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(directory);
            }
            if (Projection.secret(source) && !mounts.mounted(directory)) {
                mounts.tmpfs(directory, PROJECTED_BYTES_MAX, 0755);
            }
            AtomicDirectory.mode(directory, 0755);
            owner.give(directory);
            new AtomicDirectory(directory, owner).write(content);
            return new Ready(directory, false, true);
        }
        throw new VolumeException("its type is not supported by this node");
    }

    private void emptyDir(Path directory, EmptyDirVolumeSource source, Owner owner)
            throws IOException {
        if (mounts.mounted(directory)) {
            return;
        }
        boolean memory = source.getMedium().equals("Memory");
        if (Files.isDirectory(directory) && !memory) {
            return;
        }
        Files.createDirectories(directory);
        if (memory) {
            mounts.tmpfs(directory, Amounts.units(source.getSizeLimit()), EMPTY_DIR_MODE);
        }
        owner.give(directory);
        AtomicDirectory.mode(directory, EMPTY_DIR_MODE | (owner.grouped() ? 02000 : 0));
    }

    /// A directory for a path that the image declares as a volume (VOLUME): lives as long as the
    /// pod.
    public Path anonymous(Path podDirectory, String name, Owner owner) {
        var directory = podDirectory.resolve(DIRECTORY).resolve(name);
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(directory);
                owner.give(directory);
                AtomicDirectory.mode(directory, EMPTY_DIR_MODE);
            }
            return directory;
        } catch (IOException e) {
            throw new VolumeException("failed to make " + directory, e);
        }
    }

    /// The part of a volume that a mount's subPath names, made when it is missing. No link on the
    /// way is followed.
    public Path subPath(Ready volume, String subPath, Owner owner) {
        var at = volume.source();
        for (var name : subPath.split("/", -1)) {
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            at = at.resolve(name);
            boolean projected = volume.readOnly();
            if (name.equals("..") || (!projected && Files.isSymbolicLink(at))) {
                throw new VolumeException("subPath \"" + subPath + "\" leads through a link");
            }
            if (projected) {
                continue;
            }
            try {
                if (!Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
                    Files.createDirectory(at);
                    owner.give(at);
                    AtomicDirectory.mode(at, 0755);
                }
            } catch (IOException e) {
                throw new VolumeException("failed to make subPath \"" + subPath + "\"", e);
            }
        }
        return volume.readOnly() ? projectedFile(at, subPath) : at;
    }

    /// Projected entries are links that the agent itself wrote: the file behind them is what is
    /// mounted.
    private static Path projectedFile(Path file, String subPath) {
        try {
            return file.toRealPath();
        } catch (IOException e) {
            throw new VolumeException(
                    "subPath \"" + subPath + "\" does not exist in the volume", e);
        }
    }

    /// Removes all that [#prepare] made; what it did not make stays.
    public void remove(Path podDirectory) {
        var directory = podDirectory.resolve(DIRECTORY);
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (var children = Files.list(directory)) {
            for (var child : children.toList()) {
                if (mounts.mounted(child)) {
                    mounts.unmount(child);
                }
                AtomicDirectory.delete(child);
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new VolumeException("failed to remove volumes in " + directory, e);
        }
    }
}
