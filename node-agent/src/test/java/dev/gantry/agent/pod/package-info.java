/// Tests of the pods, and the fakes that the simulation uses too.
@NullMarked
package dev.gantry.agent.pod;

import org.jspecify.annotations.NullMarked;
