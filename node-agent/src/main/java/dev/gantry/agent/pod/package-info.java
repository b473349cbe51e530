/// The pods of this node: one pure state machine for each, the loop that feeds it and keeps its
/// record on disk, and the effects that its actions name. Only `Main` wires it; the session talks
/// to it through its `NodeWork`.
@NullMarked
package dev.gantry.agent.pod;

import org.jspecify.annotations.NullMarked;
