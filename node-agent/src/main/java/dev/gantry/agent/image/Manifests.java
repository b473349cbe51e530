package dev.gantry.agent.image;

import dev.gantry.agent.image.Json.JsonException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads manifests and indexes, OCI's and Docker's (OCI image-spec manifest.md, image-index.md;
/// distribution manifest-v2-2.md). What a document is, is decided by its own fields and must agree
/// with its media type, so that nobody reads it as two things (CVE-2021-41190).
final class Manifests {
    static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
    static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";
    static final String DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
    static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
    static final String DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
    static final int SIZE_MAX = 4 << 20;
    private static final int LAYERS_MAX = 500;
    private static final int PLATFORMS_MAX = 1000;

    private Manifests() {}

    /// A reference to a blob.
    record Descriptor(String mediaType, Digest digest, long size) {}

    /// What a name or digest led to.
    sealed interface Document {}

    /// One image: its config and its layers, base first.
    record Manifest(Descriptor config, List<Descriptor> layers) implements Document {
        Manifest {
            layers = List.copyOf(layers);
        }
    }

    /// One image for each of several platforms.
    record Index(List<Choice> choices) implements Document {
        Index {
            choices = List.copyOf(choices);
        }
    }

    /// An index's entry and what it says about where it runs.
    record Choice(Descriptor descriptor, String os, String architecture, String variant) {}

    /// What this node runs.
    record Platform(String os, String architecture, String variant) {
        static Platform host() {
            return switch (System.getProperty("os.arch", "")) {
                case "aarch64" -> new Platform("linux", "arm64", "v8");
                case "amd64", "x86_64" -> new Platform("linux", "amd64", "");
                case String other -> new Platform("linux", other, "");
            };
        }

        boolean fits(String imageOs, String imageArchitecture) {
            return (imageOs.isEmpty() || imageOs.equals(os))
                    && (imageArchitecture.isEmpty() || imageArchitecture.equals(architecture));
        }

        @Override
        public String toString() {
            return os + "/" + architecture;
        }
    }

    /// Throws [JsonException] with a plain message.
    ///
    /// @param mediaType as the registry or the descriptor says; empty when nobody does
    static Document read(byte[] bytes, String mediaType) {
        Json json = Json.parse(bytes);
        String own = json.at("mediaType").text();
        String type = own.isEmpty() ? mediaType : own;
        if (json.at("schemaVersion").number() == 1 || type.contains("distribution.manifest.v1+")) {
            throw new JsonException(
                    "the image has Docker's old schema 1 manifest; push it again with a current"
                            + " tool",
                    null);
        }
        if (json.at("schemaVersion").number() != 2) {
            throw new JsonException("not an image manifest: schemaVersion is not 2", null);
        }
        boolean index = json.has("manifests");
        boolean manifest = json.has("layers") || json.has("config");
        if (index == manifest) {
            throw new JsonException("the manifest is ambiguous or empty", null);
        }
        checkType(type, mediaType, index);
        return index ? index(json) : manifest(json);
    }

    private static void checkType(String own, String told, boolean index) {
        for (String type : List.of(own, told)) {
            boolean isIndex = type.equals(OCI_INDEX) || type.equals(DOCKER_LIST);
            boolean isManifest = type.equals(OCI_MANIFEST) || type.equals(DOCKER_MANIFEST);
            if (index ? isManifest : isIndex) {
                throw new JsonException(
                        "the manifest's content does not agree with its type " + type, null);
            }
        }
    }

    private static Index index(Json json) {
        List<Json> items = json.at("manifests").items();
        if (items.size() > PLATFORMS_MAX) {
            throw new JsonException("the index has too many entries", null);
        }
        List<Choice> choices = new ArrayList<>();
        for (Json item : items) {
            Json platform = item.at("platform");
            choices.add(
                    new Choice(
                            descriptor(item),
                            platform.at("os").text(),
                            platform.at("architecture").text(),
                            platform.at("variant").text()));
        }
        return new Index(choices);
    }

    private static Manifest manifest(Json json) {
        Descriptor config = descriptor(json.at("config"));
        String type = config.mediaType();
        if (!type.equals(OCI_CONFIG) && !type.equals(DOCKER_CONFIG)) {
            throw new JsonException(
                    "not a container image: its config is " + Text.shortened(type), null);
        }
        List<Descriptor> layers = new ArrayList<>();
        for (Json item : json.at("layers").items()) {
            Descriptor layer = descriptor(item);
            if (!layer.mediaType().contains(".image.")) {
                throw new JsonException(
                        "not a container image: a layer is " + Text.shortened(layer.mediaType()),
                        null);
            }
            layers.add(layer);
        }
        if (layers.size() > LAYERS_MAX) {
            throw new JsonException("the image has more than " + LAYERS_MAX + " layers", null);
        }
        return new Manifest(config, layers);
    }

    private static Descriptor descriptor(Json json) {
        long size = json.at("size").number();
        if (size < 0) {
            throw new JsonException("a size is negative", null);
        }
        return new Descriptor(json.at("mediaType").text(), json.at("digest").digest(), size);
    }

    /// The entry for a platform: the same variant rather than another, and the first of equals.
    static Optional<Choice> choose(Index index, Platform platform) {
        Optional<Choice> best = Optional.empty();
        for (Choice choice : index.choices()) {
            boolean same =
                    choice.os().equals(platform.os())
                            && choice.architecture().equals(platform.architecture());
            boolean unnamed = choice.os().isEmpty() && index.choices().size() == 1;
            if (same && choice.variant().equals(platform.variant())) {
                return Optional.of(choice);
            }
            if ((same || unnamed) && best.isEmpty()) {
                best = Optional.of(choice);
            }
        }
        return best;
    }

    /// An OCI manifest, for an image that came without one.
    static byte[] write(Manifest manifest) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("schemaVersion", 2L);
        document.put("mediaType", OCI_MANIFEST);
        document.put("config", fields(manifest.config()));
        document.put("layers", manifest.layers().stream().map(Manifests::fields).toList());
        return Json.write(document);
    }

    static Map<String, Object> fields(Descriptor descriptor) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("mediaType", descriptor.mediaType());
        fields.put("digest", descriptor.digest().toString());
        fields.put("size", descriptor.size());
        return fields;
    }
}
