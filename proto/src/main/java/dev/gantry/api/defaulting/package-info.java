/// What a field means when a manifest leaves it out: Kubernetes' defaults, kind by kind.
@NullMarked
package dev.gantry.api.defaulting;

import org.jspecify.annotations.NullMarked;
