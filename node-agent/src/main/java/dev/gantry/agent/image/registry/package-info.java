/// HTTP to registries: the OCI distribution API's reading half with its authentication, redirects,
/// retries and resumed downloads. Knows addresses and bytes, no image; called by the image store.
@NullMarked
package dev.gantry.agent.image.registry;

import org.jspecify.annotations.NullMarked;
