/// Server-side apply and patches as pure functions on messages and JSON trees. Knows descriptors
/// and which lists have keys; no store, no gRPC, no clock.
@NullMarked
package dev.gantry.controlplane.apply;

import org.jspecify.annotations.NullMarked;
