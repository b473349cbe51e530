package dev.gantry.controlplane.cache;

import com.google.protobuf.Message;
import java.util.Collection;

/// The objects of a kind at one revision: an immutable view, made without copying.
///
/// @param objects in the order of namespace and name, each with its resourceVersion; cheap to
///   iterate, and to [Collection#size]
/// @param revision the revision that the view shows. A watch that continues it starts at `revision
///   + 1`
public record Listing(Collection<Message> objects, long revision) {}
