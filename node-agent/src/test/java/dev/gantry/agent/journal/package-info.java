/// Tests.
@NullMarked
package dev.gantry.agent.journal;

import org.jspecify.annotations.NullMarked;
