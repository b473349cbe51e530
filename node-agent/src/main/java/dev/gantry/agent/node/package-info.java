/// What the agent says of its node: capacity, addresses, system, pressure. Reads the host's own
/// files; changes nothing.
@NullMarked
package dev.gantry.agent.node;

import org.jspecify.annotations.NullMarked;
