package dev.gantry.agent.image;

import dev.gantry.agent.image.ArchiveSpool.Member;
import dev.gantry.agent.image.Json.JsonException;
import dev.gantry.agent.image.Manifests.Descriptor;
import dev.gantry.agent.image.Manifests.Document;
import dev.gantry.agent.image.Manifests.Index;
import dev.gantry.agent.image.Manifests.Manifest;
import dev.gantry.agent.image.Manifests.Platform;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds the images of a spooled archive and makes their blobs the store's: an OCI image layout, or
/// what `docker save` wrote before it (docker image spec v1.2, `manifest.json`).
final class ArchiveImages {
    private static final String REF_NAME = "org.opencontainers.image.ref.name";
    private static final String FULL_NAME = "io.containerd.image.name";

    private final ArchiveSpool spool;
    private final BlobStore blobs;
    private final Platform platform;

    ArchiveImages(ArchiveSpool spool, BlobStore blobs, Platform platform) {
        this.spool = spool;
        this.blobs = blobs;
        this.platform = platform;
    }

    /// @param names as the archive has them; perhaps none
    record Found(Descriptor top, Set<String> names) {}

    /// Throws [JsonException] for what is no image archive.
    List<Found> find() throws IOException {
        Member index = spool.find("index.json");
        Member manifest = spool.find("manifest.json");
        if (index != null && spool.find("oci-layout") != null) {
            return ociLayout(index, manifest);
        }
        if (manifest != null) {
            return dockerArchive(manifest);
        }
        throw new JsonException(
                "not an image archive: it has neither manifest.json nor index.json", null);
    }

    private List<Found> ociLayout(Member index, @Nullable Member docker) throws IOException {
        Map<Digest, Set<String>> dockerNames = dockerNames(docker);
        List<Found> found = new ArrayList<>();
        for (Json item : Json.parse(spool.bytes(index)).at("manifests").items()) {
            Descriptor top =
                    new Descriptor(
                            item.at("mediaType").text(),
                            item.at("digest").digest(),
                            item.at("size").number());
            Digest config = take(top);
            Set<String> names = new LinkedHashSet<>();
            Json annotations = item.at("annotations");
            String full = annotations.at(FULL_NAME).text();
            String ref = annotations.at(REF_NAME).text();
            if (!full.isEmpty()) {
                names.add(full);
            } else if (ref.contains(":") || ref.contains("/")) {
                names.add(ref);
            }
            names.addAll(dockerNames.getOrDefault(config, Set.of()));
            found.add(new Found(top, names));
        }
        return found;
    }

    /// Publishes what the descriptor needs on this platform; returns its config's digest.
    private Digest take(Descriptor top) throws IOException {
        Descriptor at = top;
        for (int depth = 0; depth < 4; depth++) {
            Document document = Manifests.read(bytes(at), at.mediaType());
            switch (document) {
                case Index index -> at = StoredImage.choose(index, platform);
                case Manifest manifest -> {
                    bytes(manifest.config());
                    for (Descriptor layer : manifest.layers()) {
                        publish(layer);
                    }
                    return manifest.config().digest();
                }
            }
        }
        throw new JsonException("indexes are nested too deep", null);
    }

    private byte[] bytes(Descriptor descriptor) throws IOException {
        publish(descriptor);
        return blobs.read(descriptor.digest(), Manifests.SIZE_MAX);
    }

    private void publish(Descriptor descriptor) throws IOException {
        Digest digest = descriptor.digest();
        if (blobs.has(digest)) {
            return;
        }
        Member member = spool.find("blobs/" + digest.algorithm().word() + "/" + digest.hex());
        if (member == null) {
            throw new JsonException("the archive lacks the blob " + digest, null);
        }
        if (digest.algorithm() != Digest.Algorithm.SHA256) {
            throw new JsonException(
                    "the archive uses " + digest.algorithm().word() + "; load takes sha256", null);
        }
        if (!member.digest().equals(digest)) {
            throw new JsonException(
                    "the archive is damaged: a blob is named "
                            + digest
                            + " but has the digest "
                            + member.digest(),
                    null);
        }
        spool.publish(member);
    }

    /// What docker's manifest.json, kept beside an OCI layout, calls the images by their configs.
    private Map<Digest, Set<String>> dockerNames(@Nullable Member docker) throws IOException {
        Map<Digest, Set<String>> names = new LinkedHashMap<>();
        if (docker == null) {
            return names;
        }
        for (Json item : Json.parse(spool.bytes(docker)).items()) {
            Member config = spool.find(item.at("Config").text());
            if (config != null) {
                names.computeIfAbsent(config.digest(), ignored -> new LinkedHashSet<>())
                        .addAll(item.at("RepoTags").strings());
            }
        }
        return names;
    }

    private List<Found> dockerArchive(Member manifest) throws IOException {
        List<Found> found = new ArrayList<>();
        for (Json item : Json.parse(spool.bytes(manifest)).items()) {
            Member config = member(item.at("Config").text());
            ImageConfigReader.Parsed parsed = ImageConfigReader.read(spool.bytes(config));
            List<String> files = item.at("Layers").strings();
            if (files.size() != parsed.diffIds().size()) {
                throw new JsonException(
                        "manifest.json names "
                                + files.size()
                                + " layers, the config "
                                + parsed.diffIds().size(),
                        null);
            }
            List<Descriptor> layers = new ArrayList<>();
            for (String file : files) {
                Member layer = member(file);
                String type = Manifests.OCI_LAYER + suffix(spool.start(layer));
                spool.publish(layer);
                layers.add(new Descriptor(type, layer.digest(), layer.size()));
            }
            spool.publish(config);
            Descriptor configBlob =
                    new Descriptor(Manifests.OCI_CONFIG, config.digest(), config.size());
            byte[] bytes = Manifests.write(new Manifest(configBlob, layers));
            Descriptor top = blobs.put(Manifests.OCI_MANIFEST, bytes);
            found.add(new Found(top, new LinkedHashSet<>(item.at("RepoTags").strings())));
        }
        return found;
    }

    private Member member(String name) {
        Member member = spool.find(name);
        if (member == null) {
            throw new JsonException("the archive lacks " + Text.shortened(name), null);
        }
        return member;
    }

    private static String suffix(byte[] start) {
        if (start.length >= 2 && (start[0] & 0xff) == 0x1f && (start[1] & 0xff) == 0x8b) {
            return "+gzip";
        }
        if (start.length >= 2 && (start[0] & 0xff) == 0x28 && (start[1] & 0xff) == 0xb5) {
            return "+zstd";
        }
        return "";
    }
}
