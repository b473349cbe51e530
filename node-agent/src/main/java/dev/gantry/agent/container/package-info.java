/// Runs containers: what a container is ([ContainerSpec]), the port that starts, watches and ends
/// them ([ContainerRuntime]), and the native adapter that does it through the shim. Knows nothing
/// of pods, images or networks: whoever calls has resolved names, users and paths already.
@NullMarked
package dev.gantry.agent.container;

import org.jspecify.annotations.NullMarked;
