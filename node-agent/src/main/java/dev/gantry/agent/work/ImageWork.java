package dev.gantry.agent.work;

import com.google.protobuf.Timestamp;
import dev.gantry.agent.image.Digest;
import dev.gantry.agent.image.Image;
import dev.gantry.agent.image.ImageStore;
import dev.gantry.agent.image.ProgressListener.Progress;
import dev.gantry.agent.image.PullException;
import dev.gantry.agent.image.RegistryCredentials;
import dev.gantry.agent.session.WorkException;
import dev.gantry.agent.session.WorkException.Reason;
import dev.gantry.api.v1.ImageInventory;
import dev.gantry.api.v1.ImagePullProgress;
import dev.gantry.api.v1.ImageRecord;
import dev.gantry.api.v1.LoadOrder;
import dev.gantry.api.v1.PullOrder;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;

/// Pulls, loads, lists and removes images for people.
final class ImageWork {
    private final ImageStore images;

    ImageWork(ImageStore images) {
        this.images = images;
    }

    ImageInventory inventory() {
        var inventory = ImageInventory.newBuilder();
        for (var record : images.list()) {
            var written =
                    ImageRecord.newBuilder()
                            .addAllNames(record.names())
                            .setDigest(record.digest().toString())
                            .setId(record.id().toString())
                            .setSize(record.size());
            if (record.created() != null) {
                written.setCreated(
                        Timestamp.newBuilder().setSeconds(record.created().getEpochSecond()));
            }
            inventory.addImages(written);
        }
        return inventory.build();
    }

    String pull(PullOrder order, Consumer<ImagePullProgress> progress) throws InterruptedException {
        try {
            var login = RegistryCredentials.of(order.getUsername(), order.getPassword());
            return images.pull(order.getImage(), login, p -> progress.accept(written(p)))
                    .digest()
                    .toString();
        } catch (PullException e) {
            throw failed(e);
        }
    }

    List<ImageRecord> load(
            LoadOrder order, InputStream archive, Consumer<ImagePullProgress> progress)
            throws InterruptedException {
        try {
            var name = order.getName().isEmpty() ? null : order.getName();
            return images.load(archive, name, p -> progress.accept(written(p))).stream()
                    .map(ImageWork::record)
                    .toList();
        } catch (PullException e) {
            throw failed(e);
        }
    }

    private static ImageRecord record(Image image) {
        return ImageRecord.newBuilder()
                .addNames(image.name().toString())
                .setDigest(image.digest().toString())
                .setId(image.id().toString())
                .setSize(image.size())
                .build();
    }

    /// @param used names of images that containers run from: their content stays
    List<String> remove(String name, SortedSet<String> used) {
        var ids = new TreeSet<Digest>();
        used.forEach(n -> images.find(n).ifPresent(image -> ids.add(image.id())));
        var removed = images.remove(name, ids::contains);
        if (removed.isEmpty()) {
            throw new WorkException(Reason.NOT_FOUND, "no image is named " + name);
        }
        return removed;
    }

    private static ImagePullProgress written(Progress progress) {
        return ImagePullProgress.newBuilder()
                .setImage(progress.image())
                .setBytesDone(progress.bytesDone())
                .setBytesTotal(progress.bytesTotal())
                .setLayersDone(progress.layersDone())
                .setLayersTotal(progress.layersTotal())
                .setPhase(progress.phase().name().toLowerCase(Locale.ROOT))
                .build();
    }

    private static WorkException failed(PullException e) {
        var reason =
                switch (e.reason()) {
                    case INVALID_NAME, UNUSABLE -> Reason.INVALID;
                    case NOT_FOUND -> Reason.NOT_FOUND;
                    case UNAUTHORIZED -> Reason.NOT_POSSIBLE_NOW;
                    case UNAVAILABLE, RATE_LIMITED, MISMATCH -> Reason.UNAVAILABLE;
                    case STORAGE -> Reason.EXHAUSTED;
                };
        var remedy =
                e.reason() == PullException.Reason.UNAUTHORIZED
                        ? "; give a login with --user NAME:PASSWORD"
                        : "";
        return new WorkException(reason, e.getMessage() + remedy, e);
    }
}
