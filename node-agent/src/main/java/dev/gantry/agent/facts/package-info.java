/// What a pod's files and containers are made from: the pod itself, the objects it refers to, and
/// values read out of them. May not know volumes, containers or how a spec is put together.
@NullMarked
package dev.gantry.agent.facts;

import org.jspecify.annotations.NullMarked;
