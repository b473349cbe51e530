/// What a command runs with: the console, the configuration and the connection, and how errors are
/// told.
@NullMarked
package dev.gantry.cli.session;

import org.jspecify.annotations.NullMarked;
