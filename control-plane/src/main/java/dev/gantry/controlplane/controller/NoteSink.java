package dev.gantry.controlplane.controller;

/// Where notes go. Must not block: notes are told on a best-effort basis.
@FunctionalInterface
public interface NoteSink {

    /// @param component who tells, such as `deployment-controller`
    void tell(String component, Note note);
}
