@NullMarked
package dev.gantry.scheduler;

import org.jspecify.annotations.NullMarked;
