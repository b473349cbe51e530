/// The node's images: the content store (an OCI image layout), unpacked layers, and what asks a
/// registry or an archive for more of them. Called by the pod state machine and the session; knows
/// no pod. Only [dev.gantry.agent.image.ImageStore] changes the store's directory.
@NullMarked
package dev.gantry.agent.image;

import org.jspecify.annotations.NullMarked;
