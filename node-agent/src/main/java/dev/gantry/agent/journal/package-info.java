/// Small values that must be on disk before the agent acts on them.
@NullMarked
package dev.gantry.agent.journal;

import org.jspecify.annotations.NullMarked;
