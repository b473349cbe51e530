/// Commands on the cluster and on the configuration.
@NullMarked
package dev.gantry.cli.cluster;

import org.jspecify.annotations.NullMarked;
