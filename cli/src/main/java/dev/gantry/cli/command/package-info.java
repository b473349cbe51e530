/// Declares commands, parses arguments and writes help. It knows no single command.
@NullMarked
package dev.gantry.cli.command;

import org.jspecify.annotations.NullMarked;
