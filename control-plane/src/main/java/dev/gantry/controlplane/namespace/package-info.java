/// Empties namespaces that are being deleted, then lets them go.
@NullMarked
package dev.gantry.controlplane.namespace;

import org.jspecify.annotations.NullMarked;
