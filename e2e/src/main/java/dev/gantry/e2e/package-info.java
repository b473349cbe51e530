@NullMarked
package dev.gantry.e2e;

import org.jspecify.annotations.NullMarked;
