/// Node sessions: what a node is told and how it is told (`NodeFeed`, `NodeSession`), what it
/// reports (`StatusIntake`), its Node object (`NodeObjects`, `NodeRegistrar`, `NodeLifecycle`), and
/// which replica holds its session (`SessionKeys`). No gRPC here: that is the package `grpc` below.
@NullMarked
package dev.gantry.controlplane.node;

import org.jspecify.annotations.NullMarked;
