@NullMarked
package dev.gantry.agent.spec;

import org.jspecify.annotations.NullMarked;
