/// What both daemons share to run reconcile loops: work queue, controller stepping, timers,
/// back-off and fault handling. Knows no resource kind and depends on nothing of Gantry's.
@NullMarked
package dev.gantry.loop;

import org.jspecify.annotations.NullMarked;
