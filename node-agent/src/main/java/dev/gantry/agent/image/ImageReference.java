package dev.gantry.agent.image;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// An image's name, fully qualified as Docker does it: `busybox` is
/// `docker.io/library/busybox:latest` (grammar: distribution/reference).
///
/// @param registry host, with a port where one was given: `docker.io`, `localhost:5000`
/// @param repository path in the registry: `library/busybox`
/// @param tag null only when there is a digest
/// @param digest of the manifest, null when only the tag was given
public record ImageReference(
        String registry, String repository, @Nullable String tag, @Nullable Digest digest) {
    private static final String DEFAULT_REGISTRY = "docker.io";
    private static final String LEGACY_REGISTRY = "index.docker.io";
    private static final int NAME_MAX = 255;

    private static final Pattern HOST =
            Pattern.compile(
                    "(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
                            + "(?:\\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*"
                            + "|\\[[a-fA-F0-9:]+])(?::[0-9]+)?");
    private static final Pattern COMPONENT =
            Pattern.compile("[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*");
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
    private static final Pattern BARE_ID = Pattern.compile("[a-f0-9]{64}");

    public ImageReference {
        if (tag == null && digest == null) {
            throw new IllegalArgumentException("an image name needs a tag or a digest");
        }
    }

    /// Reads what a user or a manifest gave; throws `IllegalArgumentException` with a plain
    /// message.
    public static ImageReference parse(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("invalid image name: it is empty");
        }
        if (BARE_ID.matcher(text).matches()) {
            throw invalid(text, "64 hex characters would be an image id, not a name");
        }
        String rest = text;
        Digest digest = null;
        int at = rest.indexOf('@');
        if (at >= 0) {
            digest = digestOf(text, rest.substring(at + 1));
            rest = rest.substring(0, at);
        }
        String tag = null;
        int colon = rest.lastIndexOf(':');
        if (colon > rest.lastIndexOf('/')) {
            tag = rest.substring(colon + 1);
            rest = rest.substring(0, colon);
            if (!TAG.matcher(tag).matches()) {
                throw invalid(text, "its tag may have letters, digits, _ . - and 128 characters");
            }
        }
        if (tag == null && digest == null) {
            tag = "latest";
        }
        return qualified(text, rest, tag, digest);
    }

    private static Digest digestOf(String text, String part) {
        try {
            return Digest.parse(part);
        } catch (IllegalArgumentException e) {
            throw invalid(text, e.getMessage() == null ? "bad digest" : e.getMessage());
        }
    }

    private static ImageReference qualified(
            String text, String name, @Nullable String tag, @Nullable Digest digest) {
        int slash = name.indexOf('/');
        String first = slash < 0 ? "" : name.substring(0, slash);
        boolean named = slash >= 0 && isHost(first);
        String registry = named ? first : DEFAULT_REGISTRY;
        String repository = named ? name.substring(slash + 1) : name;
        if (!HOST.matcher(registry).matches()) {
            throw invalid(text, "its registry is not a host name");
        }
        if (registry.equals(LEGACY_REGISTRY)) {
            registry = DEFAULT_REGISTRY;
        }
        if (registry.equals(DEFAULT_REGISTRY) && repository.indexOf('/') < 0) {
            repository = "library/" + repository;
        }
        checkRepository(text, repository);
        if (registry.length() + 1 + repository.length() > NAME_MAX) {
            throw invalid(text, "it has more than " + NAME_MAX + " characters");
        }
        return new ImageReference(registry, repository, tag, digest);
    }

    /// Docker's rule: a first part with a dot, a port or an upper-case letter is a host.
    private static boolean isHost(String first) {
        return first.indexOf('.') >= 0
                || first.indexOf(':') >= 0
                || first.equals("localhost")
                || first.chars().anyMatch(c -> c >= 'A' && c <= 'Z');
    }

    private static void checkRepository(String text, String repository) {
        for (String component : repository.split("/", -1)) {
            if (component.chars().anyMatch(c -> c >= 'A' && c <= 'Z')) {
                throw invalid(text, "a repository is written in lower case");
            }
            if (!COMPONENT.matcher(component).matches()) {
                throw invalid(text, "a repository has lower-case letters, digits, . _ - and /");
            }
        }
    }

    private static IllegalArgumentException invalid(String text, String why) {
        return new IllegalArgumentException(
                "invalid image name \"" + Text.shortened(text) + "\": " + why);
    }

    /// Registry and repository, no tag: `docker.io/library/busybox`.
    public String name() {
        return registry + "/" + repository;
    }

    /// Absent when the image is named by digest alone.
    public Optional<String> tagIfAny() {
        return Optional.ofNullable(tag);
    }

    /// What a registry is asked for: the digest when there is one, else the tag.
    public String tagOrDigest() {
        if (digest != null) {
            return digest.toString();
        }
        return tag == null ? "latest" : tag;
    }

    /// The same image by its digest.
    public ImageReference withDigest(Digest other) {
        return new ImageReference(registry, repository, tag, other);
    }

    /// Fully qualified: `docker.io/library/busybox:1.36@sha256:...`.
    @Override
    public String toString() {
        return name() + (tag == null ? "" : ":" + tag) + (digest == null ? "" : "@" + digest);
    }
}
