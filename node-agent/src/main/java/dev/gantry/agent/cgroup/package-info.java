/// Control groups, version 1 (hybrid too) and 2 behind one interface: makes, bounds, counts, kills
/// and removes them. Knows nothing of containers.
@NullMarked
package dev.gantry.agent.cgroup;

import org.jspecify.annotations.NullMarked;
