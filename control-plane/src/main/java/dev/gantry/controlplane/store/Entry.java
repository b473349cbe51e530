package dev.gantry.controlplane.store;

import com.google.protobuf.ByteString;

/// A key's value at some revision.
///
/// @param modRevision the revision of the write that put this value
/// @param createRevision the revision at which the key came to be, after it last did not exist
/// @param lease the lease with which the key will vanish; 0 for none
public record Entry(
        String key, ByteString value, long modRevision, long createRevision, long lease) {}
