/// Keeps the EndpointSlices of each Service with a selector: which pods answer for it.
@NullMarked
package dev.gantry.controlplane.endpointslice;

import org.jspecify.annotations.NullMarked;
