package dev.gantry.cli.session;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The three streams of the process, and whether people sit at them.
///
/// @param outTerminal whether standard output is a terminal
/// @param inTerminal whether standard input is a terminal
/// @param color whether output may have colour
public record Console(
        InputStream in,
        PrintStream out,
        PrintStream err,
        boolean outTerminal,
        boolean inTerminal,
        boolean color) {

    private static final int BUFFER = 16 * 1024;

    /// That of this process.
    public static Console system() {
        boolean terminal = isTerminal(1);
        boolean color = terminal && System.getenv("NO_COLOR") == null;
        return new Console(System.in, stdout(), System.err, terminal, isTerminal(0), color);
    }

    private static PrintStream stdout() {
        var out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER);
        return new PrintStream(out, false, StandardCharsets.UTF_8);
    }

    // Without a system call of our own: what the descriptor points at says it.
    private static boolean isTerminal(int descriptor) {
        try {
            String target =
                    Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
            return target.startsWith("/dev/pts/")
                    || target.startsWith("/dev/tty")
                    || target.equals("/dev/console");
        } catch (IOException _) {
            return false;
        }
    }

    /// Writes a line.
    public void line(String text) {
        out.print(text);
        out.print('\n');
    }

    /// Writes a line for people, not for scripts.
    public void note(String text) {
        out.flush();
        err.print(text + "\n");
        err.flush();
    }
}
