@NullMarked
package dev.gantry.agent;

import org.jspecify.annotations.NullMarked;
