package dev.gantry.agent.node;

import dev.gantry.api.core.v1.NodeAddress;
import dev.gantry.api.core.v1.NodeCondition;
import dev.gantry.api.core.v1.NodeStatus;
import dev.gantry.api.core.v1.NodeSystemInfo;
import dev.gantry.api.resource.Quantity;
import dev.gantry.api.time.Times;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/// Reads what there is to say of this node.
public final class NodeReader {
    private static final String VERSION = "0.1.0";
    private static final long PODS_MAX = 110;
    private static final long MEMORY_LOW = 100L << 20;
    private static final double DISK_LOW = 0.10;
    private static final double PIDS_LOW = 0.05;

    private final HostFiles files;
    private final Path dataDir;
    private final String name;
    private final String address;
    private final long reservedCpuMillis;
    private final long reservedMemory;

    /// @param reservedCpuMillis kept back from pods
    /// @param reservedMemory bytes kept back from pods
    public NodeReader(
            Path root,
            Path dataDir,
            String name,
            String address,
            long reservedCpuMillis,
            long reservedMemory) {
        this.files = new HostFiles(root);
        this.dataDir = dataDir;
        this.name = name;
        this.address = address;
        this.reservedCpuMillis = reservedCpuMillis;
        this.reservedMemory = reservedMemory;
    }

    /// Processors for pods, thousandths.
    public long allocatableCpuMillis() {
        return Math.max(0, cpuMillis() - reservedCpuMillis);
    }

    /// Memory for pods, bytes.
    public long allocatableMemory() {
        return Math.max(0, memoryBytes() - reservedMemory);
    }

    private static long cpuMillis() {
        return Runtime.getRuntime().availableProcessors() * 1000L;
    }

    private long memoryBytes() {
        return files.memory("MemTotal").orElse(0L);
    }

    /// Labels that say what the node is.
    public java.util.SortedMap<String, String> labels() {
        var labels = new TreeMap<String, String>();
        labels.put("kubernetes.io/hostname", name);
        labels.put("kubernetes.io/os", "linux");
        labels.put("kubernetes.io/arch", architecture());
        return labels;
    }

    private static String architecture() {
        return switch (System.getProperty("os.arch")) {
            case "aarch64" -> "arm64";
            default -> "amd64";
        };
    }

    /// Capacity, allocatable, addresses, system, conditions.
    public NodeStatus status(Instant now) {
        var status = NodeStatus.newBuilder();
        long disk = diskTotal();
        status.putCapacity("cpu", quantity(cpuMillis() / 1000 + ""));
        status.putCapacity("memory", quantity(memoryBytes() / 1024 + "Ki"));
        status.putCapacity("pods", quantity(PODS_MAX + ""));
        status.putCapacity("ephemeral-storage", quantity(disk / 1024 + "Ki"));
        status.putAllocatable("cpu", quantity(allocatableCpuMillis() + "m"));
        status.putAllocatable("memory", quantity(allocatableMemory() / 1024 + "Ki"));
        status.putAllocatable("pods", quantity(PODS_MAX + ""));
        status.putAllocatable("ephemeral-storage", quantity(disk * 9 / 10 / 1024 + "Ki"));
        status.addAddresses(NodeAddress.newBuilder().setType("InternalIP").setAddress(address));
        status.addAddresses(NodeAddress.newBuilder().setType("Hostname").setAddress(name));
        status.setNodeInfo(system());
        return status.addAllConditions(conditions(now)).build();
    }

    private static Quantity quantity(String text) {
        return Quantity.newBuilder().setString(text).build();
    }

    private NodeSystemInfo system() {
        var os =
                files.text("etc/os-release")
                        .lines()
                        .filter(line -> line.startsWith("PRETTY_NAME="))
                        .map(line -> line.substring(12).replace("\"", ""))
                        .findFirst()
                        .orElse("Linux");
        return NodeSystemInfo.newBuilder()
                .setMachineID(files.text("etc/machine-id"))
                .setSystemUUID(files.text("sys/class/dmi/id/product_uuid"))
                .setBootID(files.text("proc/sys/kernel/random/boot_id"))
                .setKernelVersion(files.text("proc/sys/kernel/osrelease"))
                .setOsImage(os)
                .setContainerRuntimeVersion("gantry://" + VERSION)
                .setKubeletVersion("gantry-" + VERSION)
                .setOperatingSystem("linux")
                .setArchitecture(architecture())
                .build();
    }

    /// Pressure of memory, disk and process ids. Ready is the control plane's to say.
    public List<NodeCondition> conditions(Instant now) {
        long available = files.memory("MemAvailable").orElse(Long.MAX_VALUE);
        return List.of(
                condition("MemoryPressure", available < MEMORY_LOW, "Memory", now),
                condition("DiskPressure", diskLow(), "Disk", now),
                condition("PIDPressure", pidsLow(), "PID", now));
    }

    private static NodeCondition condition(String type, boolean holds, String word, Instant now) {
        var verb = holds ? "HasInsufficient" : "HasSufficient";
        var suffix = word.equals("Disk") && !holds ? "HasNoDiskPressure" : verb + word;
        return NodeCondition.newBuilder()
                .setType(type)
                .setStatus(holds ? "True" : "False")
                .setReason("Agent" + suffix)
                .setMessage(
                        "agent has %s %s"
                                .formatted(
                                        holds ? "insufficient" : "sufficient",
                                        word.equals("PID") ? word : word.toLowerCase(Locale.ROOT)))
                .setLastHeartbeatTime(Times.of(now))
                .setLastTransitionTime(Times.of(now))
                .build();
    }

    private long diskTotal() {
        try {
            return Files.getFileStore(dataDir).getTotalSpace();
        } catch (IOException e) {
            return 0;
        }
    }

    private boolean diskLow() {
        try {
            var store = Files.getFileStore(dataDir);
            return store.getUsableSpace() < store.getTotalSpace() * DISK_LOW;
        } catch (IOException e) {
            return true;
        }
    }

    private boolean pidsLow() {
        var load = files.text("proc/loadavg").split(" ", -1);
        var max = files.text("proc/sys/kernel/pid_max");
        if (load.length < 4 || max.isEmpty()) {
            return false;
        }
        int tasks = Integer.parseInt(load[3].substring(load[3].indexOf('/') + 1));
        return tasks > Integer.parseInt(max) * (1 - PIDS_LOW);
    }
}
