package dev.gantry.agent.container;

/// Which system calls a container may make.
public enum SeccompChoice {
    /// Docker's default-deny list.
    RUNTIME_DEFAULT,
    /// All of them.
    UNCONFINED
}
