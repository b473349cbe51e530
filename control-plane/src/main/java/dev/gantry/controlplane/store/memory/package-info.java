/// The store's model in memory, for the simulation and for tests.
@NullMarked
package dev.gantry.controlplane.store.memory;

import org.jspecify.annotations.NullMarked;
