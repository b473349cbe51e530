/// Events for people: merged, bounded and written behind everybody's back. Anybody in the control
/// plane may record one.
@NullMarked
package dev.gantry.controlplane.event;

import org.jspecify.annotations.NullMarked;
