package dev.gantry.agent.log;

import java.time.Instant;
import java.util.OptionalLong;

/// Which lines of a log are wanted.
///
/// @param follow whether to wait for more until the log is finished
/// @param tailLines only the last so many of what is there; absent is all
/// @param since only lines at or after this time
/// @param limitBytes stops after so many bytes of content; 0 is no limit
public record LogQuery(boolean follow, OptionalLong tailLines, Instant since, long limitBytes) {
    /// Everything that is there.
    public static final LogQuery ALL = new LogQuery(false, OptionalLong.empty(), Instant.EPOCH, 0);
}
