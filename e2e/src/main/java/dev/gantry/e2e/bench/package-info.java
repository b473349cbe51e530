/// Macro benchmarks: each prints one JSON document on standard output and its progress on standard
/// error. Nothing here ships.
@NullMarked
package dev.gantry.e2e.bench;

import org.jspecify.annotations.NullMarked;
