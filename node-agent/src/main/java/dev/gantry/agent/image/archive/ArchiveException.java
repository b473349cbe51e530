package dev.gantry.agent.image.archive;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// An archive is broken, hostile or too large; the message names the entry.
public final class ArchiveException extends IOException {
    private static final long serialVersionUID = 1L;

    ArchiveException(String message) {
        super(message);
    }

    ArchiveException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
