package dev.gantry.agent.network.dns;

/// Bytes that are no DNS message, or none that we read.
final class DnsFormatException extends Exception {

    private static final long serialVersionUID = 1L;

    DnsFormatException(String message) {
        super(message);
    }
}
