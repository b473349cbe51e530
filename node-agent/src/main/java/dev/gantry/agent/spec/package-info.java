/// From a pod's manifest and an image's config to the exact specification of a container:
/// environment, command, user, mounts, confinement, limits. Mostly pure; files are read only inside
/// an image's layers.
@NullMarked
package dev.gantry.agent.spec;

import org.jspecify.annotations.NullMarked;
