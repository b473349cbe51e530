/// Deletes what has lost its owners, and carries out foreground and orphaning deletions.
@NullMarked
package dev.gantry.controlplane.garbage;

import org.jspecify.annotations.NullMarked;
