package dev.gantry.loop;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs each fault once.
final class LoggingFaultHandler implements FaultHandler {

    private static final Logger LOG = LoggerFactory.getLogger(LoggingFaultHandler.class);

    @Override
    public void handle(String component, String detail, Throwable cause) {
        var event = cause instanceof BrokenInvariantException ? LOG.atError() : LOG.atWarn();
        event.addKeyValue(LogKeys.CONTROLLER, component)
                .addKeyValue(LogKeys.KEY, detail)
                .setCause(cause)
                .log("reconcile failed, will retry");
    }
}
