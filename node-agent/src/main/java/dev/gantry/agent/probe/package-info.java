/// Probes of containers: when each is due and what its results mean (pure), and how one is carried
/// out (exec, HTTP, TCP). The pod state machine holds the tracks; nothing here keeps a thread or a
/// clock of its own.
@NullMarked
package dev.gantry.agent.probe;

import org.jspecify.annotations.NullMarked;
