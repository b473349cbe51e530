package dev.gantry.agent.probe;

/// What a probe decides: whether the container has started, may get traffic, or must be restarted.
public enum ProbeKind {
    STARTUP("Startup"),
    READINESS("Readiness"),
    LIVENESS("Liveness");

    private final String word;

    ProbeKind(String word) {
        this.word = word;
    }

    /// As events name it: `Readiness probe failed: ...`.
    public String word() {
        return word;
    }
}
