package dev.gantry.e2e.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// Takes the log's place while a simulation runs. An ERROR says that a person must act: whatever
/// faults there are, none of them may need one, so it fails the simulation.
final class Alarms extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final Logger logger;
    private final @Nullable Level before;
    private @Nullable Trace trace;

    Alarms() {
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        logger = context.getLogger("dev.gantry");
        before = logger.getLevel();
        setContext(context);
        start();
        logger.addAppender(this);
        logger.setAdditive(false);
        logger.setLevel(Level.ERROR);
    }

    void raiseIn(Trace where) {
        trace = where;
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (trace != null) {
            Throwable cause =
                    event.getThrowableProxy() instanceof ThrowableProxy proxy
                            ? proxy.getThrowable()
                            : null;
            trace.fail(
                    new AssertionError(
                            event.getLoggerName() + ": " + event.getFormattedMessage(), cause));
        }
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        logger.setAdditive(true);
        logger.setLevel(before);
        stop();
    }
}
