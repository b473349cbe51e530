package dev.gantry.controlplane.store;

import java.util.List;

/// A part of the store, read at one revision.
///
/// @param entries in the order of their keys
/// @param revision the revision at which all of them were read
/// @param more whether entries follow that did not fit the limit
public record Range(List<Entry> entries, long revision, boolean more) {
    public Range {
        entries = List.copyOf(entries);
    }
}
