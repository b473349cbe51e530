package dev.gantry.agent.image;

import dev.gantry.agent.image.BlobStore.Incoming;
import dev.gantry.agent.image.archive.TarEntry;
import dev.gantry.agent.image.archive.TarReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The members of an image archive on the disk, each with its digest: what they mean is only known
/// at the end, when the manifest has come. Member names are keys here, never paths.
final class ArchiveSpool implements AutoCloseable {
    private static final int MEMBERS_MAX = 20_000;
    private static final int LINKS_MAX = 8;
    private static final int BUFFER = 128 * 1024;

    private final BlobStore blobs;
    private final long bytesMax;
    private final Map<String, Member> members = new LinkedHashMap<>();
    private final Map<String, String> links = new LinkedHashMap<>();

    /// @param size bytes
    record Member(Incoming file, Digest digest, long size) {}

    ArchiveSpool(BlobStore blobs, long bytesMax) {
        this.blobs = blobs;
        this.bytesMax = bytesMax;
    }

    /// Reads a tar, compressed or not, to its end.
    void read(InputStream archive) throws IOException {
        InputStream plain = Decompression.open(archive);
        TarReader reader = new TarReader(plain);
        byte[] buffer = new byte[BUFFER];
        long bytes = 0;
        TarEntry entry = reader.next();
        while (entry != null) {
            bytes += entry.size();
            if (bytes > bytesMax || members.size() + links.size() >= MEMBERS_MAX) {
                throw new IOException("the archive is larger than this node takes");
            }
            String name = clean(utf8(entry.name()));
            switch (entry.type()) {
                case FILE -> keep(name, reader, buffer);
                case SYMLINK -> {
                    int slash = name.lastIndexOf('/');
                    String folder = slash < 0 ? "" : name.substring(0, slash + 1);
                    links.put(name, clean(folder + utf8(entry.linkName())));
                }
                case HARD_LINK -> links.put(name, clean(utf8(entry.linkName())));
                case DIRECTORY, FIFO, CHARACTER_DEVICE, BLOCK_DEVICE -> {
                    // Means nothing to an image.
                }
            }
            entry = reader.next();
        }
    }

    private void keep(String name, TarReader reader, byte[] buffer) throws IOException {
        Incoming file = blobs.incoming(Digest.Algorithm.SHA256);
        boolean kept = false;
        try {
            int count = reader.read(buffer, 0, buffer.length);
            while (count >= 0) {
                file.write(buffer, 0, count);
                count = reader.read(buffer, 0, buffer.length);
            }
            Member member = new Member(file, file.finish(), file.size());
            Member before = members.put(name, member);
            kept = true;
            if (before != null) {
                before.file().close();
            }
        } finally {
            if (!kept) {
                file.close();
            }
        }
    }

    /// Null when there is none.
    @Nullable Member find(String name) {
        String at = clean(name);
        for (int i = 0; i < LINKS_MAX; i++) {
            Member member = members.get(at);
            if (member != null) {
                return member;
            }
            String next = links.get(at);
            if (next == null) {
                return null;
            }
            at = next;
        }
        return null;
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    byte[] bytes(Member member) throws IOException {
        if (member.size() > Manifests.SIZE_MAX) {
            throw new IOException("a manifest or config is larger than 4 MiB");
        }
        if (blobs.has(member.digest())) {
            return blobs.read(member.digest(), Manifests.SIZE_MAX);
        }
        return Files.readAllBytes(member.file().file());
    }

    /// The first bytes: they tell the compression.
    byte[] start(Member member) throws IOException {
        try (InputStream in =
                Files.newInputStream(
                        blobs.has(member.digest())
                                ? blobs.path(member.digest())
                                : member.file().file())) {
            return in.readNBytes(4);
        }
    }

    /// Makes the member a blob of the store.
    void publish(Member member) throws IOException {
        if (!blobs.has(member.digest())) {
            member.file().commit(member.digest());
        }
    }

    private static String utf8(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private static String clean(String name) {
        Deque<String> parts = new ArrayDeque<>();
        for (String part : name.split("/", -1)) {
            if (part.equals("..")) {
                parts.pollLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.addLast(part);
            }
        }
        return String.join("/", parts);
    }

    @Override
    public void close() throws IOException {
        for (Member member : members.values()) {
            member.file().close();
        }
    }
}
