/// The election of the one replica that runs the controllers and the scheduler, and what the leader
/// does for the store itself: compaction and the end of old events.
@NullMarked
package dev.gantry.controlplane.leader;

import org.jspecify.annotations.NullMarked;
