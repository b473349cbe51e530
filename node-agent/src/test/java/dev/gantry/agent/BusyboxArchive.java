package dev.gantry.agent;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/// A docker-archive with the host's static busybox, for tests on real containers: `busybox:test`.
final class BusyboxArchive {
    private static final List<String> APPLETS =
            List.of(
                    "sh",
                    "cat",
                    "echo",
                    "id",
                    "hostname",
                    "sleep",
                    "stat",
                    "touch",
                    "true",
                    "false");

    private BusyboxArchive() {}

    static Path write(Path file) throws IOException {
        var layer = layer();
        var config =
                """
                {"architecture":"%s","os":"linux","config":{"Env":["PATH=/bin"],"Cmd":["sh"]},\
                "rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}\
                """
                        .formatted(architecture(), sha256(layer))
                        .getBytes(StandardCharsets.UTF_8);
        var manifest =
                "[{\"Config\":\"config.json\",\"RepoTags\":[\"busybox:test\"],\"Layers\":[\"layer.tar\"]}]";
        try (var out = new TarArchiveOutputStream(Files.newOutputStream(file))) {
            add(out, "config.json", config, 0644);
            add(out, "layer.tar", layer, 0644);
            add(out, "manifest.json", manifest.getBytes(StandardCharsets.UTF_8), 0644);
        }
        return file;
    }

    private static String architecture() {
        return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    }

    private static byte[] layer() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new TarArchiveOutputStream((OutputStream) bytes)) {
            add(out, "bin/busybox", Files.readAllBytes(Path.of("/usr/bin/busybox")), 0755);
            for (var applet : APPLETS) {
                var link = new TarArchiveEntry("bin/" + applet, TarConstants.LF_SYMLINK);
                link.setLinkName("busybox");
                out.putArchiveEntry(link);
                out.closeArchiveEntry();
            }
            var passwd = "root:x:0:0:root:/root:/bin/sh\nwww:x:33:34:www:/srv:/bin/sh\n";
            add(out, "etc/passwd", passwd.getBytes(StandardCharsets.UTF_8), 0644);
            var group = "root:x:0:\nextra:x:44:www\n";
            add(out, "etc/group", group.getBytes(StandardCharsets.UTF_8), 0644);
        }
        return bytes.toByteArray();
    }

    private static void add(TarArchiveOutputStream out, String name, byte[] bytes, int mode)
            throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(bytes.length);
        entry.setMode(mode);
        out.putArchiveEntry(entry);
        out.write(bytes);
        out.closeArchiveEntry();
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
