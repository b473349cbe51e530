/// The registry of kinds, and access to what all objects share: metadata, spec, status, keys. Knows
/// no kind's rules: defaults, validation and columns stand in their own packages.
@NullMarked
package dev.gantry.api.kind;

import org.jspecify.annotations.NullMarked;
