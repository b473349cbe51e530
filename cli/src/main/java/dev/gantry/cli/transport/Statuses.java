package dev.gantry.cli.transport;

import dev.gantry.cli.transport.HpackTables.Header;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Base64;
import java.util.List;

/// Reads headers and trailers as gRPC's metadata and status.
final class Statuses {

    private Statuses() {}

    static Metadata metadata(List<Header> headers) {
        Metadata metadata = new Metadata();
        for (Header header : headers) {
            String name = header.name();
            if (name.isEmpty() || name.startsWith(":") || name.startsWith("grpc-message")) {
                continue;
            }
            try {
                if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                    metadata.put(
                            Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER),
                            Base64.getDecoder().decode(header.value().replace("=", "")));
                } else {
                    metadata.put(
                            Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER),
                            header.value());
                }
            } catch (IllegalArgumentException _) {
                // A header that is no gRPC metadata tells a caller nothing.
            }
        }
        return metadata;
    }

    /// The status in trailers.
    ///
    /// @param hadHeaders whether the answer began as a gRPC answer
    static Status status(List<Header> trailers, boolean hadHeaders) {
        String code = value(trailers, "grpc-status");
        if (code.isEmpty()) {
            String http = value(trailers, ":status");
            return Status.UNKNOWN.withDescription(
                    hadHeaders || http.isEmpty()
                            ? "the answer ended without a status"
                            : "the server is no gRPC server: HTTP status " + http);
        }
        int number = code.matches("[0-9]{1,2}") ? Integer.parseInt(code) : -1;
        Status status =
                number < 0
                        ? Status.UNKNOWN.withDescription("unknown status " + code)
                        : Status.fromCodeValue(number);
        String message = value(trailers, "grpc-message");
        return message.isEmpty() ? status : status.withDescription(LeanCall.decodeMessage(message));
    }

    private static String value(List<Header> headers, String name) {
        for (Header header : headers) {
            if (header.name().equals(name)) {
                return header.value();
            }
        }
        return "";
    }
}
