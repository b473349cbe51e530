/// The scheduling algorithm as a pure library: which node each pod should go to, and why not.
///
/// No input or output, no threads, no clock and no protobuf: whoever drives it turns objects into
/// these records and keeps the columns up to date event by event. One thread at a time.
@NullMarked
package dev.gantry.scheduler;

import org.jspecify.annotations.NullMarked;
