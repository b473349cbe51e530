package dev.gantry.agent.cgroup;

import java.io.IOException;

/// A control group that could not be made, changed or removed.
public final class CgroupException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CgroupException(String attempt, IOException cause) {
        super(attempt, cause);
    }

    CgroupException(String attempt) {
        super(attempt);
    }
}
