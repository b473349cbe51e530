/// Keeps as many pods as each ReplicaSet asks for.
@NullMarked
package dev.gantry.controlplane.replicaset;

import org.jspecify.annotations.NullMarked;
