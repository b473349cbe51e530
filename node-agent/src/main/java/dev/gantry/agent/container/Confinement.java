package dev.gantry.agent.container;

import java.util.List;

/// What a container may do.
///
/// @param capabilities kept by root inside, and never exceeded by anybody: names as `NET_ADMIN`
/// @param noNewPrivileges whether setuid programs gain nothing
/// @param maskedPaths hidden: files read as empty, directories are empty
/// @param readOnlyPaths not writable by anybody inside
/// @param devices more device nodes of the host, such as `/dev/fuse`
/// @param privileged all of the host's devices, `/sys` writable; needs the host's users
public record Confinement(
        List<String> capabilities,
        SeccompChoice seccomp,
        boolean noNewPrivileges,
        List<String> maskedPaths,
        List<String> readOnlyPaths,
        List<String> devices,
        boolean privileged) {

    public Confinement {
        capabilities = List.copyOf(capabilities);
        maskedPaths = List.copyOf(maskedPaths);
        readOnlyPaths = List.copyOf(readOnlyPaths);
        devices = List.copyOf(devices);
    }

    /// Docker's defaults: 14 capabilities, its seccomp profile, its masks.
    public static Confinement defaults() {
        return new Confinement(
                Capabilities.DEFAULT,
                SeccompChoice.RUNTIME_DEFAULT,
                false,
                List.of(
                        "/proc/asound",
                        "/proc/acpi",
                        "/proc/kcore",
                        "/proc/keys",
                        "/proc/latency_stats",
                        "/proc/timer_list",
                        "/proc/timer_stats",
                        "/proc/sched_debug",
                        "/proc/scsi",
                        "/sys/firmware",
                        "/sys/devices/virtual/powercap"),
                List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"),
                List.of(),
                false);
    }

    /// Everything: for `privileged: true`.
    public static Confinement unconfined() {
        return new Confinement(
                Capabilities.ALL,
                SeccompChoice.UNCONFINED,
                false,
                List.of(),
                List.of(),
                List.of(),
                true);
    }

    /// The same with other capabilities and privilege rule, as a security context says.
    public Confinement with(List<String> kept, SeccompChoice choice, boolean noGain) {
        return new Confinement(
                kept, choice, noGain, maskedPaths, readOnlyPaths, devices, privileged);
    }
}
