package dev.gantry.controlplane.certificate;

import dev.gantry.controlplane.certificate.CertificateProfile.Use;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.bouncycastle.util.IPAddress;

/// The authorities and certificates of one control-plane host, in `DATA/pki`.
///
/// The cluster's authority (`ca.*`) signs the server's, the admin's and the nodes' certificates.
/// etcd has an authority of its own (`etcd-ca.*`): it accepts every client that its authority
/// signed, so that with one authority for all, any node could write to the store.
///
/// Making is idempotent. What is there and good stays; a certificate in the last third of its life,
/// for other hosts, or of another authority is made anew. A key is written before its certificate,
/// and a pair counts only when both are there and match: a crash between the two costs one more
/// key.
public final class Pki {
    private static final String AUTHORITY = "ca";
    private static final String ETCD_AUTHORITY = "etcd-ca";
    private static final String SERVER = "server";

    /// Where administrators of this host reach the server, below the data directory.
    public static final String LOCAL_SOCKET = "local/api.sock";

    private static final String ADMIN = "admin";
    private static final String ETCD_SERVER = "etcd-server";
    private static final String ETCD_CLIENT = "etcd-client";

    private final Path directory;
    private final Path adminConfig;
    private final SecureRandom random;
    private final CertificateAuthority authority;
    private final CertificateAuthority etcdAuthority;
    private final List<String> hosts;
    private final String advertised;

    private Pki(Path dataDirectory, List<String> hosts, String advertised, Instant now)
            throws IOException {
        this.directory = dataDirectory.resolve("pki");
        this.adminConfig = dataDirectory.resolve("admin.yaml");
        this.random = new SecureRandom();
        this.hosts = hosts;
        this.advertised = advertised;
        Files.createDirectories(
                directory,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (var channel = lockFile();
                var _ = channel.lock()) {
            this.authority = authority(AUTHORITY, "gantry cluster authority", now);
            this.etcdAuthority = authority(ETCD_AUTHORITY, "gantry etcd authority", now);
            makeLeaves(now);
        }
    }

    /// Makes what is missing under the data directory and reads the rest.
    ///
    /// @param hosts names and addresses by which clients reach this host; loopback is added
    /// @param advertised HOST:PORT, what the admin's configuration names
    /// @throws CertificateException when files cannot be read, written or used
    public static Pki open(Path dataDirectory, List<String> hosts, String advertised, Instant now) {
        try {
            return new Pki(dataDirectory, withLoopback(hosts), advertised, now);
        } catch (IOException e) {
            throw new CertificateException("failed to prepare " + dataDirectory + "/pki", e);
        }
    }

    /// The cluster's authority.
    public CertificateAuthority authority() {
        return authority;
    }

    /// What the API server presents.
    public Credential server() {
        return read(SERVER).orElseThrow(() -> new CertificateException("no server certificate"));
    }

    /// What the admin's CLI presents.
    public Credential admin() {
        return read(ADMIN).orElseThrow(() -> new CertificateException("no admin certificate"));
    }

    /// The authority that signs for etcd, as a file for `--etcd-ca`.
    public Path etcdAuthorityFile() {
        return certificateFile(ETCD_AUTHORITY);
    }

    /// The control plane's certificate as a client of etcd.
    public Path etcdClientCertificate() {
        return certificateFile(ETCD_CLIENT);
    }

    /// The key of [#etcdClientCertificate()].
    public Path etcdClientKey() {
        return keyFile(ETCD_CLIENT);
    }

    /// Makes certificates in the last third of their life anew.
    ///
    /// @return whether the server's own was among them, so that it must be loaded again
    public boolean renew(Instant now) {
        var before = server().certificate();
        try (var channel = lockFile();
                var _ = channel.lock()) {
            makeLeaves(now);
        } catch (IOException e) {
            throw new CertificateException("failed to renew certificates in " + directory, e);
        }
        return !before.equals(server().certificate());
    }

    private void makeLeaves(Instant now) {
        make(SERVER, authority, CertificateProfile.server("gantry-server", hosts, Use.SERVER), now);
        make(ADMIN, authority, CertificateProfile.user("admin", CertificateProfile.ADMINS), now);
        make(
                ETCD_SERVER,
                etcdAuthority,
                CertificateProfile.server("gantry-etcd", hosts, Use.BOTH),
                now);
        make(ETCD_CLIENT, etcdAuthority, CertificateProfile.user("gantry-control-plane", ""), now);
        var text = AdminConfig.text(advertised, authority.certificate(), admin());
        if (!Files.exists(adminConfig) || !SafeFile.read(adminConfig).equals(text)) {
            SafeFile.writeSecret(adminConfig, text);
        }
    }

    private CertificateAuthority authority(String name, String commonName, Instant now) {
        if (Files.exists(certificateFile(name))) {
            var credential =
                    read(name)
                            .orElseThrow(() ->
                                    new CertificateException(
                                            keyFile(name)
                                                    + " is missing or does not belong to "
                                                    + certificateFile(name)
                                                    + ": restore it from a backup"));
            return new CertificateAuthority(credential, random);
        }
        var made = CertificateAuthority.create(commonName, now, random);
        write(name, made.credential());
        return made;
    }

    private void make(
            String name, CertificateAuthority by, CertificateProfile profile, Instant now) {
        var present = read(name);
        if (present.filter(c -> isGood(c, by, profile, now)).isEmpty()) {
            write(name, by.issue(profile.withHosts(kept(profile.hosts(), present)), now));
        }
    }

    /// Host names that were asked for once stay: a later start that names fewer takes none away.
    private static List<String> kept(List<String> hosts, Optional<Credential> present) {
        var all = new ArrayList<>(hosts);
        present.ifPresent(c -> all.addAll(hostNames(c.certificate())));
        var seen = new HashSet<String>();
        all.removeIf(host -> !seen.add(canonical(host)));
        return List.copyOf(all);
    }

    private static boolean isGood(
            Credential credential,
            CertificateAuthority by,
            CertificateProfile profile,
            Instant now) {
        try {
            credential.certificate().verify(by.certificate().getPublicKey());
            return now.isBefore(renewalTime(credential.certificate()))
                    && canonical(hostNames(credential.certificate()))
                            .containsAll(canonical(profile.hosts()));
        } catch (GeneralSecurityException _) {
            // Signed by another authority, or damaged: it is made anew, which needs no reason.
            return false;
        }
    }

    /// When two thirds of its life are over.
    static Instant renewalTime(X509Certificate certificate) {
        var from = certificate.getNotBefore().toInstant();
        var life = Duration.between(from, certificate.getNotAfter().toInstant());
        return from.plus(life.multipliedBy(2).dividedBy(3));
    }

    private static List<String> hostNames(X509Certificate certificate) {
        try {
            var names = certificate.getSubjectAlternativeNames();
            return names == null
                    ? List.of()
                    : names.stream().map(n -> String.valueOf(n.get(1))).toList();
        } catch (GeneralSecurityException e) {
            throw new CertificateException("failed to read a certificate's host names", e);
        }
    }

    private static Set<String> canonical(List<String> hosts) {
        return hosts.stream().map(Pki::canonical).collect(Collectors.toUnmodifiableSet());
    }

    /// IPv6 addresses have many spellings, of which certificates give back the long one.
    private static String canonical(String host) {
        return IPAddress.isValidIPv6(host) ? InetAddress.ofLiteral(host).getHostAddress() : host;
    }

    private static List<String> withLoopback(List<String> hosts) {
        var all = new ArrayList<>(List.of("localhost", "127.0.0.1", "::1"));
        var seen = new HashSet<>(all);
        hosts.stream().filter(h -> !h.isBlank() && seen.add(h)).forEach(all::add);
        return List.copyOf(all);
    }

    private Optional<Credential> read(String name) {
        if (!Files.exists(certificateFile(name)) || !Files.exists(keyFile(name))) {
            return Optional.empty();
        }
        var certificateName = certificateFile(name).toString();
        var chain = Pem.readCertificates(certificateName, SafeFile.read(certificateFile(name)));
        var key = Pem.readKey(keyFile(name).toString(), SafeFile.read(keyFile(name)));
        return KeyPairs.match(chain.getFirst().getPublicKey(), key)
                ? Optional.of(new Credential(chain, key))
                : Optional.empty();
    }

    private void write(String name, Credential credential) {
        SafeFile.writeSecret(keyFile(name), Pem.key(credential.key()));
        SafeFile.writeOpen(certificateFile(name), Pem.certificates(credential.chain()));
    }

    private FileChannel lockFile() throws IOException {
        return FileChannel.open(
                directory.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private Path certificateFile(String name) {
        return directory.resolve(name + ".crt");
    }

    private Path keyFile(String name) {
        return directory.resolve(name + ".key");
    }
}
