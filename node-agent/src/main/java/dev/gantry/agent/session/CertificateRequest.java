package dev.gantry.agent.session;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.util.Base64;

/// Writes a certificate request (PKCS #10, RFC 2986) for an EC key: the JDK has no public builder
/// for one, and a library for these few bytes of DER would weigh 8 MB.
final class CertificateRequest {
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int UTF8_STRING = 0x0c;
    private static final int ATTRIBUTES = 0xa0;
    private static final byte[] COMMON_NAME = {0x06, 3, 0x55, 4, 3}; // 2.5.4.3
    private static final byte[] ORGANIZATION = {0x06, 3, 0x55, 4, 10}; // 2.5.4.10
    // ecdsa-with-SHA256, 1.2.840.10045.4.3.2
    private static final byte[] ECDSA_SHA256 = {
        0x06, 8, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 4, 3, 2
    };

    private CertificateRequest() {}

    /// The request for a node's certificate, as PEM.
    static String forNode(String node, KeyPair key) {
        byte[] subject =
                tlv(
                        SEQUENCE,
                        attribute(ORGANIZATION, "gantry:nodes"),
                        attribute(COMMON_NAME, "gantry:node:" + node));
        // The public key's own encoding is the SubjectPublicKeyInfo that belongs here.
        byte[] content =
                tlv(
                        SEQUENCE,
                        tlv(INTEGER, new byte[] {0}),
                        subject,
                        key.getPublic().getEncoded(),
                        tlv(ATTRIBUTES));
        byte[] request =
                tlv(
                        SEQUENCE,
                        content,
                        tlv(SEQUENCE, ECDSA_SHA256),
                        tlv(BIT_STRING, new byte[] {0}, sign(content, key)));
        return pem("CERTIFICATE REQUEST", request);
    }

    static String pem(String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    private static byte[] sign(byte[] content, KeyPair key) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(key.getPrivate());
            signature.update(content);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("failed to sign a certificate request", e);
        }
    }

    private static byte[] attribute(byte[] type, String value) {
        byte[] text = tlv(UTF8_STRING, value.getBytes(StandardCharsets.UTF_8));
        return tlv(SET, tlv(SEQUENCE, type, text));
    }

    private static byte[] tlv(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        var out = new ByteArrayOutputStream();
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else if (length < 0x100) {
            out.write(0x81);
            out.write(length);
        } else {
            out.write(0x82);
            out.write(length >> 8);
            out.write(length);
        }
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
