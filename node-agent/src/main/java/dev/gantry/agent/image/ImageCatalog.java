package dev.gantry.agent.image;

import dev.gantry.agent.image.Json.JsonException;
import dev.gantry.agent.image.Manifests.Descriptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// `index.json`: what the names of the images point to (OCI image-spec image-layout.md). A
/// descriptor without a name is an image whose name went on to a newer one while it was in use. Not
/// thread-safe: the store's lock guards it.
final class ImageCatalog {
    private static final String REF_NAME = "org.opencontainers.image.ref.name";
    private static final byte[] LAYOUT =
            "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8);

    private final Path directory;
    private final BlobStore blobs;
    private final Map<String, Descriptor> names = new TreeMap<>();
    private final Map<Digest, Descriptor> nameless = new TreeMap<>();

    ImageCatalog(Path directory, BlobStore blobs) {
        this.directory = directory;
        this.blobs = blobs;
    }

    void recover() throws IOException {
        Path layout = directory.resolve("oci-layout");
        if (!Files.exists(layout)) {
            DurableFiles.write(blobs.temporary(), layout, LAYOUT);
        }
        Path file = directory.resolve("index.json");
        if (!Files.exists(file)) {
            save();
            return;
        }
        try {
            Json index = Json.parse(Files.readAllBytes(file));
            for (Json item : index.at("manifests").items()) {
                Descriptor top =
                        new Descriptor(
                                item.at("mediaType").text(),
                                item.at("digest").digest(),
                                item.at("size").number());
                String name = item.at("annotations").at(REF_NAME).text();
                if (name.isEmpty()) {
                    nameless.put(top.digest(), top);
                } else {
                    names.put(name, top);
                }
            }
        } catch (JsonException e) {
            throw new IOException("the image store's " + file + " is damaged", e);
        }
    }

    Map<String, Descriptor> names() {
        return names;
    }

    /// All images, each once.
    List<Descriptor> tops() {
        Map<Digest, Descriptor> tops = new TreeMap<>(nameless);
        names.values().forEach(top -> tops.put(top.digest(), top));
        return List.copyOf(tops.values());
    }

    List<String> namesOf(Digest top) {
        return names.entrySet().stream()
                .filter(entry -> entry.getValue().digest().equals(top))
                .map(Map.Entry::getKey)
                .toList();
    }

    void put(String name, Descriptor top) throws IOException {
        Descriptor before = names.put(name, top);
        nameless.remove(top.digest());
        if (before != null && namesOf(before.digest()).isEmpty()) {
            nameless.put(before.digest(), before);
        }
        save();
    }

    /// Takes the name away; the image stays, nameless when this was its last name.
    void removeName(String name) {
        Descriptor top = names.remove(name);
        if (top != null && namesOf(top.digest()).isEmpty()) {
            nameless.put(top.digest(), top);
        }
    }

    List<Descriptor> nameless() {
        return List.copyOf(nameless.values());
    }

    void removeNameless(Digest top) {
        nameless.remove(top);
    }

    void save() throws IOException {
        List<Object> manifests = new ArrayList<>();
        names.forEach((name, top) -> {
            Map<String, Object> fields = Manifests.fields(top);
            fields.put("annotations", Map.of(REF_NAME, name));
            manifests.add(fields);
        });
        nameless.values().forEach(top -> manifests.add(Manifests.fields(top)));
        Map<String, Object> index = new LinkedHashMap<>();
        index.put("schemaVersion", 2L);
        index.put("mediaType", Manifests.OCI_INDEX);
        index.put("manifests", manifests);
        DurableFiles.write(blobs.temporary(), directory.resolve("index.json"), Json.write(index));
    }
}
