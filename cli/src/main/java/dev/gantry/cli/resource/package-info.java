/// Commands on objects of all kinds.
@NullMarked
package dev.gantry.cli.resource;

import org.jspecify.annotations.NullMarked;
