package dev.gantry.agent.pod;

import dev.gantry.agent.facts.Objects;
import dev.gantry.agent.image.Image;
import dev.gantry.agent.image.ImageReference;
import dev.gantry.agent.image.ImageStore;
import dev.gantry.agent.image.ProgressListener;
import dev.gantry.agent.image.PullException;
import dev.gantry.agent.image.RegistryCredentials;
import dev.gantry.api.core.v1.LocalObjectReference;
import dev.gantry.api.core.v1.Pod;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Images for containers: what is here, or pulled as the policy says, with the pod's secrets.
final class ImagePart {
    private final ImageStore images;
    private final InstantSource clock;

    ImagePart(ImageStore images, InstantSource clock) {
        this.images = images;
        this.clock = clock;
    }

    /// The image of a container as it is here.
    Optional<Image> find(String name) {
        return images.find(name);
    }

    Image ensure(Pod pod, Member member, Objects objects, PodParts.Notes notes)
            throws InterruptedException {
        var container = member.container();
        var name = container.getImage();
        ImageReference reference;
        try {
            reference = ImageReference.parse(name);
        } catch (IllegalArgumentException e) {
            throw new PartException(
                    Reasons.INVALID_IMAGE_NAME,
                    "Failed to apply default image tag \"%s\": %s".formatted(name, e.getMessage()),
                    e);
        }
        var policy = policy(container.getImagePullPolicy(), reference);
        if (!policy.equals("Always")) {
            var found = images.find(name);
            if (found.isPresent()) {
                notes.note("Pulled", "Container image \"" + name + "\" already present on machine");
                return found.get();
            }
        }
        if (policy.equals("Never")) {
            throw new PartException(
                    Reasons.ERR_IMAGE_NEVER_PULL,
                    ("Container image \"%s\" is not present with pull policy of Never:"
                                    + " load it with gantry load")
                            .formatted(name));
        }
        return pull(pod, name, objects, notes);
    }

    private static String policy(String asked, ImageReference reference) {
        if (!asked.isEmpty()) {
            return asked;
        }
        boolean latest = reference.digest() == null && "latest".equals(reference.tag());
        return latest ? "Always" : "IfNotPresent";
    }

    private Image pull(Pod pod, String name, Objects objects, PodParts.Notes notes)
            throws InterruptedException {
        notes.note("Pulling", "Pulling image \"" + name + "\"");
        var start = clock.instant();
        try {
            var image = images.pull(name, credentials(pod, objects), ProgressListener.NONE);
            var took = Duration.between(start, clock.instant());
            notes.note(
                    "Pulled",
                    String.format(
                            Locale.ROOT,
                            "Successfully pulled image \"%s\" in %s. Image size: %d bytes.",
                            name,
                            took.toMillis() < 1000
                                    ? took.toMillis() + "ms"
                                    : "%.3fs".formatted(took.toMillis() / 1000.0),
                            image.size()));
            return image;
        } catch (PullException e) {
            throw new PartException(
                    Reasons.ERR_IMAGE_PULL,
                    "Failed to pull image \"%s\": %s%s"
                            .formatted(name, e.getMessage(), remedy(e, pod, name, objects)),
                    e);
        }
    }

    /// What the pod's author can do about a refusal.
    private static String remedy(PullException e, Pod pod, String image, Objects objects) {
        if (e.reason() != PullException.Reason.UNAUTHORIZED) {
            return "";
        }
        var namespace = pod.getMetadata().getNamespace();
        var names =
                pod.getSpec().getImagePullSecretsList().stream()
                        .map(LocalObjectReference::getName)
                        .toList();
        if (names.isEmpty()) {
            return "; name a secret with a login in the pod's imagePullSecrets";
        }
        for (var secret : names) {
            var found = objects.secret(namespace, secret);
            if (found.isEmpty()) {
                return "; the secret %s of imagePullSecrets does not exist in the namespace %s"
                        .formatted(secret, namespace);
            }
            if (PullSecrets.logins(found.get()).isEmpty()) {
                return "; the secret %s of imagePullSecrets holds no login".formatted(secret);
            }
        }
        boolean fits = credentials(pod, objects).fit(ImageReference.parse(image));
        return fits
                ? "; check the user and the password in " + String.join(", ", names)
                : "; no secret of imagePullSecrets has one for this registry";
    }

    /// The logins of the pod's `imagePullSecrets`; a secret that is missing is passed over, as
    /// Kubernetes does.
    private static RegistryCredentials credentials(Pod pod, Objects objects) {
        List<RegistryCredentials.Login> logins = new ArrayList<>();
        var namespace = pod.getMetadata().getNamespace();
        for (var ref : pod.getSpec().getImagePullSecretsList()) {
            objects.secret(namespace, ref.getName())
                    .ifPresent(s -> logins.addAll(PullSecrets.logins(s)));
        }
        return new RegistryCredentials(logins);
    }
}
