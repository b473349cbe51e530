package dev.gantry.agent.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// A device that a container finds below `/dev`.
///
/// @param type `S_IFCHR` or `S_IFBLK`
record DeviceNode(String path, int type, int major, int minor, int permissions) {
    private static final int CHARACTER = 0x2000;
    private static final int BLOCK = 0x6000;
    private static final int TYPE_MASK = 0xF000;
    private static final int ALL_MAX = 900;

    /// What every container has (Docker's and the OCI runtime specification's list).
    static final List<DeviceNode> DEFAULTS =
            List.of(
                    memory("/dev/null", 3),
                    memory("/dev/zero", 5),
                    memory("/dev/full", 7),
                    memory("/dev/random", 8),
                    memory("/dev/urandom", 9),
                    new DeviceNode("/dev/tty", CHARACTER, 5, 0, 0666));

    private static DeviceNode memory(String path, int minor) {
        return new DeviceNode(path, CHARACTER, 1, minor, 0666);
    }

    /// The defaults and these devices of the host.
    static List<DeviceNode> defaultsAnd(List<String> paths) {
        var nodes = new ArrayList<>(DEFAULTS);
        for (String path : paths) {
            nodes.add(of(Path.of(path)));
        }
        return nodes;
    }

    /// Every device of the host, the defaults first.
    static List<DeviceNode> all() {
        var nodes = new ArrayList<>(DEFAULTS);
        Set<String> own = Set.of("/dev/tty", "/dev/ptmx", "/dev/console");
        try (Stream<Path> found = Files.walk(Path.of("/dev"))) {
            found.filter(DeviceNode::isDevice)
                    .filter(p -> !p.startsWith("/dev/pts") && !own.contains(p.toString()))
                    .map(DeviceNode::of)
                    .filter(n -> DEFAULTS.stream().noneMatch(d -> d.path().equals(n.path())))
                    .limit(ALL_MAX)
                    .forEach(nodes::add);
        } catch (IOException e) {
            throw new LaunchException("device", 0, "failed to list /dev");
        }
        return nodes;
    }

    private static boolean isDevice(Path path) {
        try {
            int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            return (mode & TYPE_MASK) == CHARACTER || (mode & TYPE_MASK) == BLOCK;
        } catch (IOException e) {
            return false;
        }
    }

    /// The device at a path of the host.
    private static DeviceNode of(Path path) {
        try {
            int mode = (Integer) Files.getAttribute(path, "unix:mode");
            long device = (Long) Files.getAttribute(path, "unix:rdev");
            int type = mode & TYPE_MASK;
            if (type != CHARACTER && type != BLOCK) {
                throw new LaunchException("device", 0, path + " is no device");
            }
            // The numbers' places in a dev_t: makedev(3).
            int major = (int) ((device >>> 8) & 0xFFF);
            int minor = (int) ((device & 0xFF) | ((device >>> 12) & 0xFFF00));
            return new DeviceNode(path.toString(), type, major, minor, mode & 0777);
        } catch (IOException e) {
            throw new LaunchException("device", 2, "device " + path + " does not exist");
        }
    }
}
