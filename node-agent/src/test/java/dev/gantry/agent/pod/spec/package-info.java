@NullMarked
package dev.gantry.agent.pod.spec;

import org.jspecify.annotations.NullMarked;
