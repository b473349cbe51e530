/// A gRPC channel on a small HTTP/2 client of our own, over one TLS connection. It exists for the
/// command line's start-up alone, which general clients spend most of; everything above it is
/// ordinary gRPC stubs. See ADR 0090.
@NullMarked
package dev.gantry.cli.transport;

import org.jspecify.annotations.NullMarked;
