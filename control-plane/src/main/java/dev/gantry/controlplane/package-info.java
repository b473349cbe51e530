@NullMarked
package dev.gantry.controlplane;

import org.jspecify.annotations.NullMarked;
