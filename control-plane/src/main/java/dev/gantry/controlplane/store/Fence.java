package dev.gantry.controlplane.store;

/// A condition that a leader attaches to its writes: they happen only while it still leads.
///
/// @param key the key that the leader holds
/// @param createRevision the revision at which it took it: the number of its term
public record Fence(String key, long createRevision) {}
