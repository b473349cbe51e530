package dev.gantry.agent.pod;

import java.util.List;
import java.util.Locale;

/// Signals by name, as images and manifests write them (signal(7), x86-64 and arm64 numbers).
final class Signals {
    private static final List<String> NAMES =
            List.of(
                    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1",
                    "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP",
                    "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",
                    "PWR", "SYS");
    private static final int TERM = 15;
    private static final int RTMIN = 34;
    private static final int MAX = 64;

    private Signals() {}

    /// The number of `SIGTERM`, `TERM`, `15` or `SIGRTMIN+3`; TERM for what is none of these.
    static int number(String text) {
        var name = text.strip().toUpperCase(Locale.ROOT);
        if (name.matches("[0-9]{1,2}")) {
            int number = Integer.parseInt(name);
            return number >= 1 && number <= MAX ? number : TERM;
        }
        var plain = name.startsWith("SIG") ? name.substring(3) : name;
        if (plain.matches("RTMIN\\+[0-9]{1,2}")) {
            return Math.min(MAX, RTMIN + Integer.parseInt(plain.substring(6)));
        }
        int index = NAMES.indexOf(plain);
        return index < 0 ? TERM : index + 1;
    }
}
