/// The API server: gRPC with mutual TLS, who may call what, errors as statuses, and the services
/// `Resources` and `Cluster`. gRPC's types stop here and in the node sessions. Other features add
/// their services through `ApiServer`; who calls they read from `Caller`.
@NullMarked
package dev.gantry.controlplane.api;

import org.jspecify.annotations.NullMarked;
