/// Tables, JSONPath, colour and progress: what users see.
@NullMarked
package dev.gantry.cli.output;

import org.jspecify.annotations.NullMarked;
