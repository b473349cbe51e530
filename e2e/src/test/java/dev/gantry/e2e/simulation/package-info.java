/// A whole cluster in one thread: the production classes of store, cache, controllers, scheduler,
/// sessions and pods on a virtual clock, with faults drawn from a seed.
@NullMarked
package dev.gantry.e2e.simulation;

import org.jspecify.annotations.NullMarked;
