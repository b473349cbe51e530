/// The cluster's own public-key infrastructure: authorities, certificates, join tokens and their
/// files. Knows nothing of gRPC and of resource kinds. Bouncy Castle is used only here.
@NullMarked
package dev.gantry.controlplane.certificate;

import org.jspecify.annotations.NullMarked;
