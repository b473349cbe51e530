package dev.gantry.agent.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// An image of a few bytes, built by hand so that each of its parts can be made wrong.
///
/// @param blobs by digest: the layers and the config
public record TinyImage(byte[] manifest, Map<String, byte[]> blobs, List<String> layers) {
    public static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    public static final String INDEX = "application/vnd.oci.image.index.v1+json";

    /// Gzip layers of the given archives, for linux on the machine's own architecture.
    public static TinyImage of(List<byte[]> tars) {
        return of(tars, tars.stream().map(TinyImage::gzip).toList(), architecture());
    }

    public static String architecture() {
        return Manifests.Platform.host().architecture();
    }

    /// @param compressed what the registry holds for each archive
    public static TinyImage of(List<byte[]> tars, List<byte[]> compressed, String architecture) {
        Map<String, byte[]> blobs = new LinkedHashMap<>();
        List<String> layers = new ArrayList<>();
        List<String> descriptors = new ArrayList<>();
        for (byte[] layer : compressed) {
            String digest = Digest.of(layer).toString();
            blobs.put(digest, layer);
            layers.add(digest);
            descriptors.add(
                    descriptor("application/vnd.oci.image.layer.v1.tar+gzip", digest, layer));
        }
        String diffIds =
                String.join(",", tars.stream().map(tar -> "\"" + Digest.of(tar) + "\"").toList());
        byte[] config =
                utf8(
                        "{\"os\":\"linux\",\"architecture\":\""
                                + architecture
                                + "\",\"config\":{\"Cmd\":[\"true\"]},\"rootfs\":"
                                + "{\"type\":\"layers\",\"diff_ids\":["
                                + diffIds
                                + "]}}");
        String digest = Digest.of(config).toString();
        blobs.put(digest, config);
        byte[] manifest =
                utf8(
                        "{\"schemaVersion\":2,\"mediaType\":\""
                                + MANIFEST
                                + "\",\"config\":"
                                + descriptor(
                                        "application/vnd.oci.image.config.v1+json", digest, config)
                                + ",\"layers\":["
                                + String.join(",", descriptors)
                                + "]}");
        return new TinyImage(manifest, blobs, layers);
    }

    /// Writes it as skopeo's `dir:` reads it.
    public void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("version"), "Directory Transport Version: 1.1\n");
        Files.write(directory.resolve("manifest.json"), manifest);
        for (Map.Entry<String, byte[]> blob : blobs.entrySet()) {
            String hex = blob.getKey().substring(blob.getKey().indexOf(':') + 1);
            Files.write(directory.resolve(hex), blob.getValue());
        }
    }

    public String digest() {
        return Digest.of(manifest).toString();
    }

    static String descriptor(String type, String digest, byte[] content) {
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
                .formatted(type, digest, content.length);
    }

    /// An index's entry.
    public static String choice(String type, byte[] content, String os, String architecture) {
        return ("{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d,"
                        + "\"platform\":{\"os\":\"%s\",\"architecture\":\"%s\"}}")
                .formatted(type, Digest.of(content), content.length, os, architecture);
    }

    public static byte[] index(String... entries) {
        return utf8(
                "{\"schemaVersion\":2,\"mediaType\":\""
                        + INDEX
                        + "\",\"manifests\":["
                        + String.join(",", entries)
                        + "]}");
    }

    /// An archive of one file, which may be executed.
    public static byte[] tar(String name, byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
            TarArchiveEntry entry = new TarArchiveEntry(name);
            entry.setSize(content.length);
            entry.setMode(0100755);
            entry.setModTime(1_000_000_000_000L);
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    public static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
