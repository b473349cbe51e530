package dev.gantry.agent.container;

import java.io.InputStream;
import java.io.OutputStream;

/// A program that runs in a container beside its first one. The streams block; use virtual threads.
public interface ExecProcess extends AutoCloseable {
    /// Its input; closing it is the end of input. Discards when the exec was asked for without.
    OutputStream stdin();

    /// Its output; of a terminal, both streams.
    InputStream stdout();

    /// Its error output; ends at once for a terminal.
    InputStream stderr();

    /// Tells the terminal its size; without effect when there is none.
    void resize(int columns, int rows);

    /// Waits for the end of the program and returns its exit code (128 + signal when one ended it).
    int waitFor() throws InterruptedException;

    /// Kills the program when it still runs, and closes the streams.
    @Override
    void close();
}
