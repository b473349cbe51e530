package dev.gantry.controlplane.certificate;

/// The credentials on disk, or a request for one, cannot be used. The message says which and why,
/// and is fit for the person who starts the server. Trying again without a change does not help.
public final class CertificateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CertificateException(String message) {
        super(message);
    }

    CertificateException(String message, Throwable cause) {
        super(message, cause);
    }
}
