/// Layer archives: tar streams read and extracted by rules that trust nothing in them. Called by
/// the image store; knows no image, registry or store.
@NullMarked
package dev.gantry.agent.image.archive;

import org.jspecify.annotations.NullMarked;
