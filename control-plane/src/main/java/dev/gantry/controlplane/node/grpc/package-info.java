/// The services Nodes, Pods and Images: thin around the sessions of the package above, bridging
/// calls and tunnels with flow control.
@NullMarked
package dev.gantry.controlplane.node.grpc;

import org.jspecify.annotations.NullMarked;
