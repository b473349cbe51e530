package dev.gantry.agent.image;

import dev.gantry.agent.image.Json.JsonException;
import dev.gantry.agent.image.PullException.Reason;
import dev.gantry.agent.image.archive.ArchiveException;
import dev.gantry.agent.image.registry.RegistryException;
import dev.gantry.agent.sys.FileCallException;
import dev.gantry.agent.sys.FileCalls;
import java.io.EOFException;
import java.io.IOException;
import java.util.zip.ZipException;

/// The one place that says what a failure below means to the one who asked for an image.
final class Faults {
    private Faults() {}

    /// @param what the image or archive, for the message
    static PullException of(String what, IOException e) {
        if (isNoRoom(e)) {
            return new PullException(
                    Reason.STORAGE,
                    what
                            + ": no space left on the node's disk ("
                            + e.getMessage()
                            + "); make room there, or remove images with gantry rmi",
                    e);
        }
        if (e instanceof ArchiveException || e.getCause() instanceof ArchiveException) {
            return unusable(what, "bad layer: " + e.getMessage(), e);
        }
        if (e instanceof EOFException || e instanceof ZipException) {
            return unusable(what, "the archive is cut short or damaged", e);
        }
        if (e instanceof com.github.luben.zstd.ZstdIOException) {
            return unusable(what, "the layer's zstd stream is damaged", e);
        }
        if (e instanceof RegistryException registry) {
            Reason reason =
                    switch (registry.kind()) {
                        case NOT_FOUND -> Reason.NOT_FOUND;
                        case UNAUTHORIZED -> Reason.UNAUTHORIZED;
                        case UNAVAILABLE -> Reason.UNAVAILABLE;
                        case RATE_LIMITED -> Reason.RATE_LIMITED;
                        case BAD_ANSWER -> Reason.UNUSABLE;
                    };
            return new PullException(reason, what + ": " + e.getMessage(), e);
        }
        return new PullException(Reason.STORAGE, what + ": cannot be stored: " + e.getMessage(), e);
    }

    static PullException of(String what, JsonException e) {
        return unusable(what, String.valueOf(e.getMessage()), e);
    }

    static PullException unusable(String what, String why, Exception cause) {
        return new PullException(Reason.UNUSABLE, what + ": " + why, cause);
    }

    static boolean isNoRoom(IOException e) {
        if (e instanceof FileCallException call) {
            return call.errno() == FileCalls.ENOSPC || call.errno() == FileCalls.EDQUOT;
        }
        String message = String.valueOf(e.getMessage());
        return message.contains("No space left") || message.contains("quota exceeded");
    }
}
