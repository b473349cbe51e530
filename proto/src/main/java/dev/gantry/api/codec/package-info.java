/// Manifests and wire forms of objects: YAML and JSON with positions, Kubernetes' protobuf
/// envelope. All driven by message descriptors; no kind is named here.
@NullMarked
package dev.gantry.api.codec;

import org.jspecify.annotations.NullMarked;
