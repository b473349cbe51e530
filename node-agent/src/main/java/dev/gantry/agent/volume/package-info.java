/// The volumes of pods: directories and tmpfs mounts under the pod's own directory, config maps and
/// secrets projected into files, host paths checked. Called by the pod's effects; knows nothing of
/// containers.
@NullMarked
package dev.gantry.agent.volume;

import org.jspecify.annotations.NullMarked;
