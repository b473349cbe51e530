package dev.gantry.controlplane.certificate;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;

/// Certificates and keys as PEM text (RFC 7468) and back.
public final class Pem {
    private Pem() {}

    /// The certificates one after another, each with its header lines.
    public static String certificates(List<X509Certificate> chain) {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            for (var certificate : chain) {
                writer.writeObject(certificate);
            }
        } catch (IOException e) {
            throw new CertificateException("failed to write certificates as PEM", e);
        }
        return text.toString();
    }

    /// The key as unencrypted PKCS #8, which every TLS library reads.
    public static String key(PrivateKey key) {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            writer.writeObject(new JcaPKCS8Generator(key, null));
        } catch (IOException e) {
            throw new CertificateException("failed to write a private key as PEM", e);
        }
        return text.toString();
    }

    /// The certificates of a PEM text, in its order.
    ///
    /// @param source names the text in the exception's message
    /// @throws CertificateException when there is none or one is damaged
    public static List<X509Certificate> readCertificates(String source, String pem) {
        var certificates = new ArrayList<X509Certificate>();
        try (var parser = new PEMParser(new StringReader(pem))) {
            for (Object o = parser.readObject(); o != null; o = parser.readObject()) {
                if (o instanceof X509CertificateHolder holder) {
                    certificates.add(new JcaX509CertificateConverter().getCertificate(holder));
                }
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new CertificateException("failed to read certificates from " + source, e);
        }
        if (certificates.isEmpty()) {
            throw new CertificateException(source + " holds no certificate");
        }
        return List.copyOf(certificates);
    }

    /// The private key of a PEM text.
    ///
    /// @throws CertificateException when there is none or it is damaged
    public static PrivateKey readKey(String source, String pem) {
        try (var parser = new PEMParser(new StringReader(pem))) {
            for (Object o = parser.readObject(); o != null; o = parser.readObject()) {
                switch (o) {
                    case PrivateKeyInfo pkcs8 -> {
                        return new JcaPEMKeyConverter().getPrivateKey(pkcs8);
                    }
                    case PEMKeyPair pair -> {
                        return new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo());
                    }
                    default -> {}
                }
            }
        } catch (IOException e) {
            throw new CertificateException("failed to read a private key from " + source, e);
        }
        throw new CertificateException(source + " holds no private key");
    }
}
