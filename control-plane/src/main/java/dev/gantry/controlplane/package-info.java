/// The control plane's process: its configuration, its wiring in `Main`, and nothing else.
@NullMarked
package dev.gantry.controlplane;

import org.jspecify.annotations.NullMarked;
