/// What operators see of the process besides its logs: metrics and health over plain HTTP.
@NullMarked
package dev.gantry.controlplane.observability;

import org.jspecify.annotations.NullMarked;
