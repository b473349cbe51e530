package dev.gantry.agent.container;

import dev.gantry.agent.sys.Errno;
import dev.gantry.agent.sys.Syscalls;
import dev.gantry.agent.sys.Syscalls.Descriptor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Starts shims. They run from a sealed copy in memory, so that no program in a container can reach
/// the file on the host by way of `/proc/self/exe` (CVE-2019-5736).
final class Shim implements AutoCloseable {
    private static final int FD_LAUNCH = 3;
    private static final int FD_STATUS = 4;

    private final Syscalls syscalls;
    private final int program;

    Shim(Syscalls syscalls, Path file) {
        this.syscalls = syscalls;
        this.program = syscalls.memfd("gantry-shim");
        try (InputStream in = Files.newInputStream(file)) {
            syscalls.write(program, in.readAllBytes());
        } catch (IOException e) {
            syscalls.close(program);
            throw new LaunchException("shim", 0, "failed to read the shim " + file);
        }
        syscalls.seal(program);
    }

    /// A shim that was started.
    ///
    /// @param status the reading end of its status pipe, which the caller closes
    record Spawned(int pid, int status) {}

    /// Spawns a shim; `extra` descriptors go beside the launch file (3) and the status pipe (4).
    Spawned spawn(LaunchFile.Mode mode, byte[] launch, List<Descriptor> extra) {
        int file = syscalls.memfd("launch");
        int[] pipe = new int[0];
        try {
            syscalls.write(file, launch);
            pipe = syscalls.pipe();
            var descriptors = new ArrayList<>(extra);
            descriptors.add(new Descriptor(file, FD_LAUNCH));
            descriptors.add(new Descriptor(pipe[1], FD_STATUS));
            List<String> argv = List.of("gantry-shim", mode.word());
            int pid = syscalls.spawn("/proc/self/fd/" + program, argv, List.of(), descriptors);
            return new Spawned(pid, pipe[0]);
        } catch (RuntimeException e) {
            if (pipe.length > 0) {
                syscalls.close(pipe[0]);
            }
            throw e;
        } finally {
            syscalls.close(file);
            if (pipe.length > 0) {
                syscalls.close(pipe[1]);
            }
        }
    }

    /// What the shim says once it is done, started or failed: lines `key=value` after one word.
    record Report(String kind, Map<String, String> fields) {
        long number(String key) {
            return Long.parseLong(fields.getOrDefault(key, "0"));
        }

        /// Throws what a failed start is.
        LaunchException failure() {
            if (!kind.equals("failed")) {
                return new LaunchException("shim", 0, "the shim was killed before it was done");
            }
            String stage = fields.getOrDefault("stage", "shim");
            String subject = fields.getOrDefault("subject", "");
            int errno = (int) number("errno");
            return new LaunchException(stage, errno, describe(stage, subject, errno));
        }

        static Report parse(String text) {
            String[] lines = text.split("\n", -1);
            var fields = new LinkedHashMap<String, String>();
            for (int i = 1; i < lines.length; i++) {
                int equals = lines[i].indexOf('=');
                if (equals > 0) {
                    fields.put(lines[i].substring(0, equals), lines[i].substring(equals + 1));
                }
            }
            return new Report(lines[0], fields);
        }
    }

    /// Reads the next report from a status pipe; blocks. Empty kind at the end of the pipe.
    Report read(int status) {
        var bytes = new byte[1024];
        int n = syscalls.read(status, bytes);
        return Report.parse(new String(bytes, 0, n, StandardCharsets.UTF_8));
    }

    /// Plain words for what a shim could not do.
    static String describe(String stage, String subject, int errno) {
        String words = Errno.describe(errno);
        return switch (stage) {
            case "launchfile" -> "launch file: " + subject;
            case "workdir" -> "working directory " + subject + ": " + words;
            case "idmap" ->
                    subject + ": its file system cannot map ids for the pod (" + words + ")";
            case "mount" ->
                    errno == Errno.ELOOP
                            ? "mount " + subject + ": it is a symbolic link in the image"
                            : "mount " + subject + ": " + words;
            case "rootfs" -> "root file system, " + subject + ": " + words;
            default -> stage + " " + subject + ": " + words;
        };
    }

    @Override
    public void close() {
        syscalls.close(program);
    }
}
