package dev.gantry.controlplane.api;

import dev.gantry.controlplane.certificate.CertificateProfile;
import java.security.cert.X509Certificate;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/// Who makes a call, as the client's certificate says.
public sealed interface Caller {

    /// A person or program.
    ///
    /// @param group the certificate's O; empty when it has none
    record User(String name, String group) implements Caller {
        boolean isAdmin() {
            return group.equals(CertificateProfile.ADMINS);
        }
    }

    /// The agent of a node.
    record Node(String name) implements Caller {}

    /// No certificate was presented.
    record Anonymous() implements Caller {}

    /// The caller of the current call, as gRPC's context carries it.
    static Caller current() {
        return ContextKey.CALLER.get();
    }

    /// Whom a verified certificate names. One of the nodes' group without a node's name is nobody.
    static Caller of(X509Certificate certificate) {
        var name = "";
        var group = "";
        try {
            var subject = new LdapName(certificate.getSubjectX500Principal().getName());
            for (Rdn part : subject.getRdns()) {
                switch (part.getType()) {
                    case "CN" -> name = String.valueOf(part.getValue());
                    case "O" -> group = String.valueOf(part.getValue());
                    default -> {}
                }
            }
        } catch (InvalidNameException _) {
            // Our own authority writes no such name: nobody we know.
            return new Anonymous();
        }
        if (!group.equals(CertificateProfile.NODES)) {
            return name.isEmpty() ? new Anonymous() : new User(name, group);
        }
        var prefix = CertificateProfile.NODE_USER_PREFIX;
        return name.startsWith(prefix) && name.length() > prefix.length()
                ? new Node(name.substring(prefix.length()))
                : new Anonymous();
    }
}
