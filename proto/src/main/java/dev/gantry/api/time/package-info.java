/// Conversion between instants and the two message types for times.
@NullMarked
package dev.gantry.api.time;

import org.jspecify.annotations.NullMarked;
