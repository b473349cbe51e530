package dev.gantry.controlplane.certificate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// Writes small files so that a crash leaves the old content or the new, never a part, and so that
/// a secret is never readable to others, not even for a moment.
public final class SafeFile {
    private static final String SECRET = "rw-------";
    private static final String OPEN = "rw-r--r--";

    private SafeFile() {}

    /// Only the owner may read it (mode 0600).
    public static void writeSecret(Path file, String text) {
        write(file, text, SECRET);
    }

    /// Everybody may read it (mode 0644).
    static void writeOpen(Path file, String text) {
        write(file, text, OPEN);
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new CertificateException("failed to read " + file, e);
        }
    }

    private static void write(Path file, String text, String mode) {
        var permissions = PosixFilePermissions.fromString(mode);
        var attribute = PosixFilePermissions.asFileAttribute(permissions);
        var directory = file.toAbsolutePath().getParent();
        var temporary = file.resolveSibling("." + file.getFileName() + ".new");
        try {
            if (directory != null) {
                Files.createDirectories(directory);
            }
            Files.deleteIfExists(temporary);
            var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            try (var channel = FileChannel.open(temporary, options, attribute)) {
                var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            // The process's umask may have taken bits away from what the attribute asked for.
            Files.setPosixFilePermissions(temporary, permissions);
            Files.move(
                    temporary,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new CertificateException("failed to write " + file, e);
        }
    }
}
