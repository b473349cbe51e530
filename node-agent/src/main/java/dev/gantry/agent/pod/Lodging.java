package dev.gantry.agent.pod;

/// The sandbox that a pod lives in.
///
/// @param address the pod's, empty while it has none
public record Lodging(String sandboxId, String address) {}
