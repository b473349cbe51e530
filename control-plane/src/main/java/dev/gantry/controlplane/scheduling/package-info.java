/// Drives the scheduler: turns objects into its columns event by event, and its decisions into
/// bindings. The algorithm itself is `dev.gantry.scheduler`.
@NullMarked
package dev.gantry.controlplane.scheduling;

import org.jspecify.annotations.NullMarked;
