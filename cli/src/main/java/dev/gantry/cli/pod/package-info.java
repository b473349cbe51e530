/// Commands on the containers of pods.
@NullMarked
package dev.gantry.cli.pod;

import org.jspecify.annotations.NullMarked;
