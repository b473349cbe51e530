package dev.gantry.agent.log;

import com.google.protobuf.ByteString;
import java.time.Instant;

/// One record of a log.
///
/// @param error whether it came from standard error
/// @param partial whether the line goes on in the next record of the same stream
/// @param content without the line feed
public record LogLine(Instant time, boolean error, boolean partial, ByteString content) {}
