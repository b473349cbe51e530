package dev.gantry.cli.transport;

import java.io.Closeable;
import java.io.InputStream;
import java.io.OutputStream;

/// A connection that bytes go over, whatever carries it. Its streams may be used by two threads at
/// once, one that reads and one that writes.
///
/// @param closing ends both directions
record Connection(InputStream in, OutputStream out, Closeable closing) {}
