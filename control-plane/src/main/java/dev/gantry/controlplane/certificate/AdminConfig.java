package dev.gantry.controlplane.certificate;

import java.security.cert.X509Certificate;
import java.util.List;

/// The admin's client configuration. Its certificates stand inside, so that the one file can be
/// carried to another machine: there the socket, which is looked for beside the file, is not found.
final class AdminConfig {
    private AdminConfig() {}

    static String text(String server, X509Certificate authority, Credential admin) {
        return "currentContext: default\n"
                + "contexts:\n"
                + "- name: default\n"
                + "  server: "
                + server
                + "\n  socket: "
                + Pki.LOCAL_SOCKET
                + "\n  namespace: default\n"
                + block("caCertificate", Pem.certificates(List.of(authority)))
                + block("clientCertificate", Pem.certificates(admin.chain()))
                + block("clientKey", Pem.key(admin.key()));
    }

    private static String block(String key, String pem) {
        return "  " + key + ": |\n" + pem.strip().indent(4);
    }
}
