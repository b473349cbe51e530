/// The agent's side of the session with the control plane: it joins the cluster, keeps one stream
/// open, turns snapshots and deltas into an immutable {@link dev.gantry.agent.session.NodeState},
/// checkpoints that, delivers statuses until they are acknowledged, and bridges tunnels.
///
/// The agent's core is called through {@link dev.gantry.agent.session.NodeWork} and calls {@link
/// dev.gantry.agent.session.ControlPlaneSession}. gRPC types stay in this package.
@NullMarked
package dev.gantry.agent.session;

import org.jspecify.annotations.NullMarked;
