/// Objects: the store as everything above it sees it. `ObjectStore` writes objects and answers
/// reads and watches from a cache that one watch of the store feeds. API server, controllers,
/// scheduler and node sessions work with this package; keys and bytes stay below.
@NullMarked
package dev.gantry.controlplane.cache;

import org.jspecify.annotations.NullMarked;
