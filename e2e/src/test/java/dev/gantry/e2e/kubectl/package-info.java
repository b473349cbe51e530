/// What kubectl sends, read as Gantry reads it.
@NullMarked
package dev.gantry.e2e.kubectl;

import org.jspecify.annotations.NullMarked;
