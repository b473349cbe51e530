package dev.gantry.controlplane.certificate;

import dev.gantry.controlplane.certificate.CertificateProfile.Use;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.IPAddress;

/// Signs certificates. ECDSA on P-256 throughout: every TLS library has it, and a handshake costs a
/// tenth of RSA's. Thread-safe.
public final class CertificateAuthority {
    private static final String SIGNATURE = "SHA256withECDSA";
    private static final Duration VALIDITY = Duration.ofDays(3650);

    /// Certificates are valid from a little earlier, so that a host whose clock is behind accepts
    /// them.
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(10);

    private final Credential credential;
    private final SecureRandom random;

    CertificateAuthority(Credential credential, SecureRandom random) {
        this.credential = credential;
        this.random = random;
    }

    /// A new authority that trusts itself.
    public static CertificateAuthority create(String name, Instant now, SecureRandom random) {
        var pair = newKeyPair(random);
        try {
            var subject = subject(name, "");
            var builder = builder(subject, subject, now, VALIDITY, pair.getPublic(), random);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
            var certificate = sign(builder, pair);
            return new CertificateAuthority(
                    new Credential(List.of(certificate), pair.getPrivate()), random);
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new CertificateException("failed to make the authority " + name, e);
        }
    }

    /// The authority's own certificate, which others trust.
    public X509Certificate certificate() {
        return credential.certificate();
    }

    /// The certificate and its key, as they stand on disk.
    Credential credential() {
        return credential;
    }

    /// What a join token starts with: the SHA-256 of the certificate (DER) in lower-case
    /// hexadecimal, 64 digits. A node that knows nothing else compares it with the last certificate
    /// that the server presents.
    public String hash() {
        return hash(certificate());
    }

    static String hash(X509Certificate certificate) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return HexFormat.of().formatHex(digest);
        } catch (GeneralSecurityException e) {
            throw new CertificateException("failed to hash a certificate", e);
        }
    }

    /// A certificate for a new key pair, with that key.
    public Credential issue(CertificateProfile profile, Instant now) {
        var pair = newKeyPair(random);
        return new Credential(sign(profile, pair.getPublic(), now), pair.getPrivate());
    }

    /// A certificate for somebody else's key.
    ///
    /// @return the certificate, then the authority's own
    public List<X509Certificate> sign(CertificateProfile profile, PublicKey key, Instant now) {
        try {
            var builder =
                    builder(
                            X500Name.getInstance(
                                    certificate().getSubjectX500Principal().getEncoded()),
                            subject(profile.commonName(), profile.organization()),
                            now,
                            profile.validity(),
                            key,
                            random);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false, purposes(profile.use()));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate()));
            if (!profile.hosts().isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName, false, names(profile.hosts()));
            }
            var pair = new KeyPair(certificate().getPublicKey(), credential.key());
            return List.of(sign(builder, pair), certificate());
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new CertificateException(
                    "failed to sign a certificate for " + profile.commonName(), e);
        }
    }

    private static KeyPair newKeyPair(SecureRandom random) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new CertificateException("failed to make a key pair", e);
        }
    }

    private static JcaX509v3CertificateBuilder builder(
            X500Name issuer,
            X500Name subject,
            Instant now,
            Duration validity,
            PublicKey key,
            SecureRandom random) {
        // A positive number of 127 random bits: unique without a counter (CA/Browser Forum asks for
        // 64).
        var serial = new BigInteger(127, random).setBit(126);
        return new JcaX509v3CertificateBuilder(
                issuer,
                serial,
                Date.from(now.minus(CLOCK_SKEW)),
                Date.from(now.plus(validity)),
                subject,
                key);
    }

    private static X509Certificate sign(JcaX509v3CertificateBuilder builder, KeyPair pair)
            throws GeneralSecurityException, OperatorCreationException {
        var signer = new JcaContentSignerBuilder(SIGNATURE).build(pair.getPrivate());
        return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    }

    private static X500Name subject(String commonName, String organization) {
        var builder = new X500NameBuilder(BCStyle.INSTANCE);
        if (!organization.isEmpty()) {
            builder.addRDN(BCStyle.O, organization);
        }
        return builder.addRDN(BCStyle.CN, commonName).build();
    }

    private static ExtendedKeyUsage purposes(Use use) {
        return switch (use) {
            case CLIENT -> new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth);
            case SERVER -> new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth);
            case BOTH ->
                    new ExtendedKeyUsage(
                            new KeyPurposeId[] {
                                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                            });
        };
    }

    private static GeneralNames names(List<String> hosts) {
        var names = new ArrayList<GeneralName>();
        for (var host : hosts) {
            var type = IPAddress.isValid(host) ? GeneralName.iPAddress : GeneralName.dNSName;
            names.add(new GeneralName(type, host));
        }
        return new GeneralNames(names.toArray(GeneralName[]::new));
    }
}
