package dev.gantry.loop;

/// The keys of structured log entries: one word for one thing everywhere.
public final class LogKeys {

    public static final String CONTROLLER = "controller";
    public static final String KEY = "key";
    public static final String POD = "pod";
    public static final String POD_UID = "podUid";
    public static final String NODE = "node";
    public static final String CONTAINER = "container";
    public static final String IMAGE = "image";
    public static final String REVISION = "revision";
    public static final String ERRNO = "errno";
    public static final String ATTEMPT = "attempt";
    public static final String REASON = "reason";
    public static final String DELAY = "delay";
    public static final String PATH = "path";
    public static final String ADDRESS = "address";

    private LogKeys() {}
}
