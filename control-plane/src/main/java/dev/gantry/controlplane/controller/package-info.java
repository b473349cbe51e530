/// What all controllers share: the term of a leader, in which they run on one subscription to all
/// objects, and the plans that they make and the writes that follow. Knows no kind's rules.
@NullMarked
package dev.gantry.controlplane.controller;

import org.jspecify.annotations.NullMarked;
