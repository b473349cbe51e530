package dev.gantry.agent.spec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads small text files of an image as its containers will see them, from the unpacked layers. No
/// link leads out of the image: links are resolved here, against the image's own root, and no file
/// is opened through one.
public final class LayerFiles {
    private static final int LINKS_MAX = 40;
    private static final long SIZE_MAX = 1 << 20;

    private final List<Path> topFirst;

    /// @param layers base first
    public LayerFiles(List<Path> layers) {
        topFirst = layers.reversed();
    }

    /// The file's text; empty when there is no such regular file, or it is absurdly large.
    public Optional<String> read(String path) {
        var found = resolve(path);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try {
            var attributes = attributes(found.get());
            if (attributes.isEmpty()
                    || !attributes.get().isRegularFile()
                    || attributes.get().size() > SIZE_MAX) {
                return Optional.empty();
            }
            return Optional.of(
                    new String(Files.readAllBytes(found.get()), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException("failed to read " + path + " of the image", e);
        }
    }

    /// Whether the image has something at this path that is a directory.
    public boolean isDirectory(String path) {
        return resolve(path)
                .flatMap(LayerFiles::attributes)
                .map(a -> a.isDirectory())
                .orElse(false);
    }

    private Optional<Path> resolve(String path) {
        var rest = new ArrayDeque<>(List.of(path.split("/", -1)));
        var at = new ArrayList<String>();
        int links = 0;
        while (!rest.isEmpty()) {
            var name = rest.removeFirst();
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                if (!at.isEmpty()) {
                    at.removeLast();
                }
                continue;
            }
            at.add(name);
            var file = lookup(at);
            if (file.isEmpty()) {
                return Optional.empty();
            }
            if (Files.isSymbolicLink(file.get())) {
                if (++links > LINKS_MAX) {
                    return Optional.empty();
                }
                follow(file.get(), at, rest);
            }
        }
        return lookup(at);
    }

    private static void follow(Path link, List<String> at, ArrayDeque<String> rest) {
        try {
            var target = Files.readSymbolicLink(link).toString();
            at.removeLast();
            if (target.startsWith("/")) {
                at.clear();
            }
            var parts = List.of(target.split("/", -1));
            for (var part : parts.reversed()) {
                rest.addFirst(part);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("failed to read a link of the image", e);
        }
    }

    /// The topmost layer's entry of these names, of which none but the last may be a link here: the
    /// caller has resolved the others. A whiteout (a device) hides what lies below.
    private Optional<Path> lookup(List<String> names) {
        for (var layer : topFirst) {
            var file = layer;
            boolean hidden = false;
            Optional<BasicFileAttributes> attributes = attributes(layer);
            for (var name : names) {
                file = file.resolve(name);
                attributes = attributes(file);
                if (attributes.isEmpty()) {
                    break;
                }
                hidden = attributes.get().isOther();
                if (hidden || !attributes.get().isDirectory()) {
                    break;
                }
            }
            if (hidden) {
                return Optional.empty();
            }
            boolean whole = file.equals(layer.resolve(String.join("/", names)));
            if (attributes.isPresent() && whole) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    private static Optional<BasicFileAttributes> attributes(Path file) {
        try {
            return Optional.of(
                    Files.readAttributes(
                            file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
