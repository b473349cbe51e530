package dev.gantry.loop;

/// Decides what an unexpected exception in a loop means: it is logged and counted once, here, and a
/// bug may halt the process, whose state is durable.
@FunctionalInterface
public interface FaultHandler {

    /// @param component the loop it happened in, one of a fixed set of names
    /// @param detail what was being worked on
    void handle(String component, String detail, Throwable cause);

    /// Logs a fault at WARN, and a broken invariant at ERROR.
    static FaultHandler logging() {
        return new LoggingFaultHandler();
    }
}
