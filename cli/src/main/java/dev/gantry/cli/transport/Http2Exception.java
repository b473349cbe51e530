package dev.gantry.cli.transport;

import java.io.IOException;

/// The peer broke the HTTP/2 protocol, or ended the connection.
final class Http2Exception extends IOException {

    private static final long serialVersionUID = 1L;

    Http2Exception(String message) {
        super(message);
    }
}
