/// Rolls Deployments out: one ReplicaSet for each revision of the template, scaled against each
/// other within `maxSurge` and `maxUnavailable`.
@NullMarked
package dev.gantry.controlplane.deployment;

import org.jspecify.annotations.NullMarked;
