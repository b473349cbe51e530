package dev.gantry.agent.pod;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The runtime's id of one run of a container: follows from pod, name and attempt, so an agent that
/// comes back knows it without having written it down.
final class RunIds {
    // 64 bits: short enough for a socket path, and a node never has enough runs for two to meet.
    private static final int ID_BYTES = 8;

    private RunIds() {}

    static String of(String uid, String container, int attempt) {
        try {
            var text = uid + "/" + container + "/" + attempt;
            var hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
