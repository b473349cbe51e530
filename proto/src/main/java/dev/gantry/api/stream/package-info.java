/// Blocking reads and writes over gRPC's bidirectional streams, with flow control in both
/// directions: for code on virtual threads, at either end of a call.
@NullMarked
package dev.gantry.api.stream;

import org.jspecify.annotations.NullMarked;
