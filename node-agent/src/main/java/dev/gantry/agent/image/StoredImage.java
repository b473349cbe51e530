package dev.gantry.agent.image;

import dev.gantry.agent.image.Json.JsonException;
import dev.gantry.agent.image.LayerStore.Layer;
import dev.gantry.agent.image.Manifests.Choice;
import dev.gantry.agent.image.Manifests.Descriptor;
import dev.gantry.agent.image.Manifests.Document;
import dev.gantry.agent.image.Manifests.Index;
import dev.gantry.agent.image.Manifests.Manifest;
import dev.gantry.agent.image.Manifests.Platform;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/// An image of the store, read from its blobs.
///
/// @param top what a name points to: a manifest, or an index that has it
/// @param blobs all that it needs, itself included
record StoredImage(
        Descriptor top,
        Digest manifest,
        Digest id,
        ImageConfig config,
        List<Digest> diffIds,
        List<Digest> blobs) {
    private static final int INDEX_DEPTH_MAX = 3;
    private static final int NAMED_MAX = 10;

    StoredImage {
        diffIds = List.copyOf(diffIds);
        blobs = List.copyOf(blobs);
    }

    /// Throws [JsonException] for what is not an image of this platform, `IOException` when a blob
    /// is not there.
    static StoredImage read(BlobStore store, Descriptor top, Platform platform) throws IOException {
        List<Digest> blobs = new ArrayList<>();
        Descriptor at = top;
        for (int depth = 0; depth <= INDEX_DEPTH_MAX; depth++) {
            blobs.add(at.digest());
            byte[] bytes = store.read(at.digest(), Manifests.SIZE_MAX);
            Document document = Manifests.read(bytes, at.mediaType());
            switch (document) {
                case Manifest manifest -> {
                    return of(store, top, at.digest(), manifest, blobs);
                }
                case Index index -> at = choose(index, platform);
            }
        }
        throw new JsonException("indexes are nested too deep", null);
    }

    static Descriptor choose(Index index, Platform platform) {
        Optional<Choice> choice = Manifests.choose(index, platform);
        if (choice.isEmpty()) {
            List<String> there =
                    index.choices().stream()
                            .map(entry -> entry.os() + "/" + entry.architecture())
                            .distinct()
                            .limit(NAMED_MAX)
                            .toList();
            String named = Text.shortened(String.join(", ", there));
            throw new JsonException(
                    "there is no image for " + platform + ", only for " + named, null);
        }
        return choice.get().descriptor();
    }

    private static StoredImage of(
            BlobStore store,
            Descriptor top,
            Digest manifestDigest,
            Manifest manifest,
            List<Digest> blobs)
            throws IOException {
        Digest id = manifest.config().digest();
        ImageConfigReader.Parsed config =
                ImageConfigReader.read(store.read(id, Manifests.SIZE_MAX));
        if (config.diffIds().size() != manifest.layers().size()) {
            throw new JsonException(
                    "the manifest has "
                            + manifest.layers().size()
                            + " layers, the config "
                            + config.diffIds().size(),
                    null);
        }
        blobs.add(id);
        manifest.layers().forEach(layer -> blobs.add(layer.digest()));
        return new StoredImage(top, manifestDigest, id, config.config(), config.diffIds(), blobs);
    }

    /// Absent when a layer is not unpacked.
    Optional<Image> image(ImageReference name, LayerStore layers) {
        // The same layer twice would make the overlay mount fail; the upper one says it all.
        List<Path> directories = new ArrayList<>();
        long size = 0;
        for (Digest diffId : new LinkedHashSet<>(diffIds.reversed())) {
            Optional<Layer> layer = layers.find(diffId);
            if (layer.isEmpty()) {
                return Optional.empty();
            }
            directories.addFirst(layer.get().directory());
            size += layer.get().size();
        }
        return Optional.of(new Image(name, top.digest(), id, directories, config, size));
    }

    long size(LayerStore layers) {
        return diffIds.stream()
                .distinct()
                .mapToLong(diffId -> layers.find(diffId).map(Layer::size).orElse(0L))
                .sum();
    }
}
