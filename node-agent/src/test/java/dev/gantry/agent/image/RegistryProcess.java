package dev.gantry.agent.image;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A real registry (Debian's `docker-registry`) on a free port of loopback, with its files in a
/// folder of the test's. Plain, with a password (`user` / `secret`), or with TLS by a certificate
/// of its own making.
public final class RegistryProcess implements AutoCloseable {
    public static final String USER = "user";
    public static final String PASSWORD = "secret";
    private static final int START_TRIES = 200;

    private final Process process;
    private final int port;
    private final Path directory;

    private RegistryProcess(Process process, int port, Path directory) {
        this.process = process;
        this.port = port;
        this.directory = directory;
    }

    public static RegistryProcess plain(Path directory) throws IOException {
        return start(directory, "", "");
    }

    public static RegistryProcess withPassword(Path directory) throws IOException {
        Files.createDirectories(directory);
        Path passwords = directory.resolve("htpasswd");
        TestImages.run(
                List.of("sh", "-c", "htpasswd -Bbn " + USER + " " + PASSWORD + " > " + passwords));
        return start(
                directory,
                "auth:\n  htpasswd:\n    realm: test\n    path: " + passwords + "\n",
                "");
    }

    public static RegistryProcess withTls(Path directory) throws IOException {
        Files.createDirectories(directory);
        TestImages.run(
                List.of(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "ec",
                        "-pkeyopt",
                        "ec_paramgen_curve:P-256",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=localhost",
                        "-addext",
                        "subjectAltName=DNS:localhost,IP:127.0.0.1",
                        "-keyout",
                        directory.resolve("tls.key").toString(),
                        "-out",
                        directory.resolve("tls.crt").toString()));
        String tls =
                "  tls:\n    certificate: "
                        + directory.resolve("tls.crt")
                        + "\n    key: "
                        + directory.resolve("tls.key")
                        + "\n";
        return start(directory, "", tls);
    }

    private static RegistryProcess start(Path directory, String auth, String tls)
            throws IOException {
        Files.createDirectories(directory);
        int port = freePort();
        Path config = directory.resolve("config.yml");
        Files.writeString(
                config,
                "version: 0.1\nlog:\n  level: error\nstorage:\n  delete:\n    enabled: true\n"
                        + "  filesystem:\n    rootdirectory: "
                        + directory.resolve("data")
                        + "\nhttp:\n  addr: 127.0.0.1:"
                        + port
                        + "\n"
                        + tls
                        + auth);
        Process process =
                new ProcessBuilder("docker-registry", "serve", config.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("log").toFile())
                        .start();
        RegistryProcess registry = new RegistryProcess(process, port, directory);
        registry.awaitStart();
        return registry;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void awaitStart() throws IOException {
        for (int i = 0; i < START_TRIES; i++) {
            if (!process.isAlive()) {
                throw new IOException(Files.readString(directory.resolve("log")));
            }
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                if (socket.isConnected()) {
                    return;
                }
            } catch (IOException e) {
                pause();
            }
        }
        throw new IOException("the registry does not start");
    }

    private void pause() throws IOException {
        try {
            boolean ended = process.waitFor(50, TimeUnit.MILLISECONDS);
            assert !ended : "the registry ended";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /// `127.0.0.1:PORT`.
    public String host() {
        return "127.0.0.1:" + port;
    }

    /// Its files: `tls.crt` among them, and `data/`.
    public Path directory() {
        return directory;
    }

    /// Copies an image into the registry with skopeo; returns its full name there.
    ///
    /// @param source as skopeo writes it
    /// @param format `v2s2` or `oci`
    public String push(String source, String name, String format, @Nullable String login) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "skopeo",
                                "copy",
                                "--quiet",
                                "--all",
                                "--dest-tls-verify=false",
                                "--format",
                                format));
        if (login != null) {
            command.addAll(List.of("--dest-creds", login));
        }
        command.addAll(List.of(source, "docker://" + host() + "/" + name));
        TestImages.run(command);
        return host() + "/" + name;
    }

    /// Makes an index with buildah of two images that are here: `foreign` for another architecture,
    /// and then `own`; returns its full name.
    ///
    /// @param format `v2s2` or `oci`
    public String pushIndex(String foreign, String own, String name, String format) {
        String target = host() + "/" + name;
        TestImages.run(
                List.of(
                        "sh",
                        "-euc",
                        """
                        work=$(mktemp -d)
                        trap 'rm -rf "$work"' EXIT
                        b() { buildah --storage-driver vfs --root "$work" --runroot "$work" "$@"; }
                        b manifest create list
                        b manifest add --tls-verify=false --arch riscv64 list "docker://$1"
                        b manifest add --tls-verify=false list "docker://$2"
                        b manifest push -q --all --format "$4" --tls-verify=false \\
                            list "docker://$3"
                        """,
                        "index",
                        foreign,
                        own,
                        target,
                        format));
        return target;
    }

    /// The file that holds a blob, for damaging it.
    public Path blob(String digest) {
        String hex = digest.substring(digest.indexOf(':') + 1);
        return directory.resolve(
                "data/docker/registry/v2/blobs/sha256/"
                        + hex.substring(0, 2)
                        + "/"
                        + hex
                        + "/data");
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
