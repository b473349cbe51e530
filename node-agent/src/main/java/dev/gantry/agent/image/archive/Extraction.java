package dev.gantry.agent.image.archive;

import dev.gantry.agent.image.archive.LayerExtractor.DirectoryTimes;
import dev.gantry.agent.image.archive.LayerExtractor.Whiteouts;
import dev.gantry.agent.image.archive.TarEntry.Kind;
import dev.gantry.agent.image.archive.TarEntry.Piece;
import dev.gantry.agent.sys.FileCallException;
import dev.gantry.agent.sys.FileCalls;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One layer on its way into a directory.
final class Extraction {
    private static final String WHITEOUT = ".wh.";
    private static final String META = ".wh..wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final String OPAQUE_ATTRIBUTE = "trusted.overlay.opaque";
    private static final String CAPABILITY = "security.capability";
    private static final int BUFFER = 128 * 1024;
    private static final int NAME_MAX = 255;
    private static final int PATH_MAX = 4096;
    // uid_t -1 means "leave as it is" to chown(2).
    private static final long ID_MAX = 0xfffffffeL;

    private final int root;
    private final TreeWalker walker;
    private final Whiteouts whiteouts;
    private final DirectoryTimes times = new DirectoryTimes();
    private final Set<String> added = new HashSet<>();
    private final byte[] buffer = new byte[BUFFER];
    private final ByteBuffer direct = ByteBuffer.allocateDirect(BUFFER);

    Extraction(int root, TreeWalker walker, Whiteouts whiteouts) {
        this.root = root;
        this.walker = walker;
        this.whiteouts = whiteouts;
    }

    void setDirectoryTimes() throws IOException {
        times.apply(walker);
    }

    void add(TarEntry entry, TarReader data) throws IOException {
        String path = TreeWalker.clean(entry.name());
        if (path.isEmpty()) {
            addRoot(entry);
            return;
        }
        int slash = path.lastIndexOf('/');
        String parentPath = slash < 0 ? "" : path.substring(0, slash);
        String name = path.substring(slash + 1);
        if (path.length() > PATH_MAX || name.length() > NAME_MAX) {
            throw new ArchiveException(entry.shownName() + ": file name too long");
        }
        if (path.startsWith(META + "plnk/") || (name.startsWith(META) && !name.equals(OPAQUE))) {
            // What AUFS kept for itself has no meaning to others.
            return;
        }
        int parent = parent(parentPath);
        if (name.equals(OPAQUE)) {
            makeOpaque(parent, parentPath);
        } else if (name.startsWith(WHITEOUT)) {
            whiteOut(entry, parent, name.substring(WHITEOUT.length()));
        } else {
            if (whiteouts == Whiteouts.REMOVE) {
                added.add(path);
            }
            make(entry, new Place(parent, name, path), data);
        }
    }

    private int parent(String path) throws IOException {
        @Nullable Integer parent = walker.directory(path, true);
        if (parent == null) {
            throw new ArchiveException(TarEntry.shown(path) + ": is not there");
        }
        return parent;
    }

    /// Where an entry goes.
    private record Place(int parent, String name, String path) {}

    /// The root's own entry gives it an owner and a mode; anything but a directory means nothing.
    private void addRoot(TarEntry entry) throws IOException {
        if (entry.type() == Kind.DIRECTORY) {
            dress(root, entry);
            times.put("", entry);
        }
    }

    private void make(TarEntry entry, Place place, TarReader data) throws IOException {
        switch (entry.type()) {
            case DIRECTORY -> makeDirectory(entry, place);
            case FILE -> makeFile(entry, place, data);
            case SYMLINK -> {
                clear(place);
                FileCalls.makeSymlinkAt(place.parent(), place.name(), entry.linkName());
                dressLink(entry, place);
            }
            case HARD_LINK -> makeHardLink(entry, place);
            case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO -> makeNode(entry, place);
        }
    }

    private void makeDirectory(TarEntry entry, Place place) throws IOException {
        int directory = existingDirectory(place);
        if (directory < 0) {
            boolean hidesLower = clear(place);
            FileCalls.makeDirectoryAt(place.parent(), place.name(), 0700);
            directory = FileCalls.openDirectoryAt(place.parent(), place.name());
            if (hidesLower) {
                FileCalls.setAttribute(directory, OPAQUE_ATTRIBUTE, new byte[] {'y'});
            }
        }
        try {
            dress(directory, entry);
        } finally {
            FileCalls.closeQuietly(directory);
        }
        times.put(place.path(), entry);
    }

    private static int existingDirectory(Place place) throws FileCallException {
        try {
            return FileCalls.openDirectoryAt(place.parent(), place.name());
        } catch (FileCallException e) {
            if (isAbsence(e) || e.errno() == FileCalls.ENOTDIR || e.errno() == FileCalls.ELOOP) {
                return -1;
            }
            throw e;
        }
    }

    private void makeFile(TarEntry entry, Place place, TarReader data) throws IOException {
        clear(place);
        int file = FileCalls.createAt(place.parent(), place.name());
        try {
            for (Piece piece : entry.pieces()) {
                copy(data, file, piece);
            }
            if (entry.pieces().size() != 1 || entry.pieces().getFirst().length() != entry.size()) {
                FileCalls.truncate(file, entry.size());
            }
            dress(file, entry);
            FileCalls.setTime(file, entry.seconds(), entry.nanos());
        } finally {
            FileCalls.closeQuietly(file);
        }
    }

    private void copy(TarReader data, int file, Piece piece) throws IOException {
        long done = 0;
        while (done < piece.length()) {
            int count = data.read(buffer, 0, (int) Math.min(BUFFER, piece.length() - done));
            if (count < 0) {
                throw new EOFException("the archive ends in the middle of a file");
            }
            direct.clear().put(buffer, 0, count);
            FileCalls.write(file, direct, count, piece.offset() + done);
            done += count;
        }
    }

    private void makeHardLink(TarEntry entry, Place place) throws IOException {
        String target = TreeWalker.clean(entry.linkName());
        int slash = target.lastIndexOf('/');
        String parentPath = slash < 0 ? "" : target.substring(0, slash);
        String targetName = target.substring(slash + 1);
        // The walker keeps one parent open: a second one serves the target.
        try (TreeWalker targets = new TreeWalker(root)) {
            @Nullable Integer parent = targets.directory(parentPath, false);
            if (targetName.isEmpty() || parent == null) {
                throw noTarget(entry);
            }
            if (isSame(parent, targetName, place)) {
                return;
            }
            if (FileCalls.statusAt(parent, targetName).type() == FileCalls.TYPE_DIRECTORY) {
                throw new ArchiveException(
                        entry.shownName() + ": a hard link to a directory is not possible");
            }
            clear(place);
            FileCalls.linkAt(parent, targetName, place.parent(), place.name());
        } catch (FileCallException e) {
            if (isAbsence(e)) {
                throw noTarget(entry);
            }
            throw e;
        }
        dressNode(entry, place);
    }

    private static ArchiveException noTarget(TarEntry entry) {
        return new ArchiveException(
                entry.shownName()
                        + ": its hard link's target "
                        + TarEntry.shown(entry.linkName())
                        + " is not in the layer");
    }

    private static boolean isSame(int parent, String name, Place place) throws FileCallException {
        FileCalls.Status one = FileCalls.status(parent);
        FileCalls.Status other = FileCalls.status(place.parent());
        return name.equals(place.name())
                && one.inode() == other.inode()
                && one.device() == other.device();
    }

    private void makeNode(TarEntry entry, Place place) throws IOException {
        if (entry.major() < 0
                || entry.major() > 0xfff
                || entry.minor() < 0
                || entry.minor() > 0xfffff) {
            throw new ArchiveException(entry.shownName() + ": no such device number");
        }
        clear(place);
        int type =
                switch (entry.type()) {
                    case CHARACTER_DEVICE -> FileCalls.TYPE_CHARACTER;
                    case BLOCK_DEVICE -> FileCalls.TYPE_BLOCK;
                    default -> FileCalls.TYPE_FIFO;
                };
        FileCalls.makeNodeAt(
                place.parent(),
                place.name(),
                type | 0600,
                (int) entry.major(),
                (int) entry.minor());
        dressNode(entry, place);
    }

    private void whiteOut(TarEntry entry, int parent, String hidden) throws IOException {
        if (hidden.isEmpty() || hidden.equals(".") || hidden.equals("..")) {
            throw new ArchiveException(entry.shownName() + ": invalid whiteout name");
        }
        Place place = new Place(parent, hidden, "");
        if (whiteouts == Whiteouts.REMOVE) {
            clear(place);
            return;
        }
        try {
            FileCalls.makeNodeAt(parent, hidden, FileCalls.TYPE_CHARACTER, 0, 0);
        } catch (FileCallException e) {
            if (e.errno() != FileCalls.EEXIST) {
                throw e;
            }
            // The layer itself has brought this name: only what lies below it is hidden.
            int directory = existingDirectory(place);
            if (directory >= 0) {
                setOpaque(directory);
                FileCalls.closeQuietly(directory);
            }
        }
    }

    private void makeOpaque(int parent, String parentPath) throws IOException {
        if (whiteouts == Whiteouts.OVERLAY) {
            setOpaque(parent);
            return;
        }
        String prefix = parentPath.isEmpty() ? "" : parentPath + "/";
        TreeRemoval.removeContent(
                parent, name -> added.stream().noneMatch(path -> isAt(path, prefix + name)));
        walker.forget();
    }

    private static boolean isAt(String path, String top) {
        return path.equals(top) || path.startsWith(top + "/");
    }

    private static void setOpaque(int directory) throws FileCallException {
        FileCalls.setAttribute(directory, OPAQUE_ATTRIBUTE, new byte[] {'y'});
    }

    /// Removes what has the name. Returns whether it was an overlay whiteout.
    private boolean clear(Place place) throws IOException {
        try {
            FileCalls.Status status = FileCalls.statusAt(place.parent(), place.name());
            if (status.type() == FileCalls.TYPE_DIRECTORY) {
                TreeRemoval.remove(place.parent(), place.name());
            } else {
                FileCalls.unlinkAt(place.parent(), place.name());
            }
            if (status.type() == FileCalls.TYPE_DIRECTORY
                    || status.type() == FileCalls.TYPE_SYMLINK) {
                forgetAllBut(place);
            }
            return status.type() == FileCalls.TYPE_CHARACTER && status.rdev() == 0;
        } catch (FileCallException e) {
            if (isAbsence(e)) {
                return false;
            }
            throw e;
        }
    }

    /// The parent in hand stays valid; the walker must only not serve other paths from memory.
    private void forgetAllBut(Place place) {
        walker.keepOnly(place.parent());
    }

    private static boolean isAbsence(FileCallException e) {
        return e.errno() == FileCalls.ENOENT;
    }

    /// Owner, then mode (chown clears set-user-id), then attributes (chown clears capabilities).
    private void dress(int descriptor, TarEntry entry) throws IOException {
        FileCalls.changeOwner(descriptor, id(entry, entry.uid()), id(entry, entry.gid()));
        FileCalls.changeMode(descriptor, entry.mode());
        for (Map.Entry<String, byte[]> attribute : entry.attributes().entrySet()) {
            setAttribute(descriptor, attribute.getKey(), attribute.getValue());
        }
    }

    private void dressLink(TarEntry entry, Place place) throws IOException {
        FileCalls.changeOwnerAt(
                place.parent(), place.name(), id(entry, entry.uid()), id(entry, entry.gid()));
        FileCalls.setTimeAt(place.parent(), place.name(), entry.seconds(), entry.nanos());
    }

    private void dressNode(TarEntry entry, Place place) throws IOException {
        dressLink(entry, place);
        int type = FileCalls.statusAt(place.parent(), place.name()).type();
        if (type != FileCalls.TYPE_SYMLINK) {
            FileCalls.changeModeAt(place.parent(), place.name(), entry.mode());
        }
        if (type == FileCalls.TYPE_REGULAR && !entry.attributes().isEmpty()) {
            int file = FileCalls.openAt(place.parent(), place.name());
            try {
                dress(file, entry);
                FileCalls.setTime(file, entry.seconds(), entry.nanos());
            } finally {
                FileCalls.closeQuietly(file);
            }
        }
    }

    private static int id(TarEntry entry, long id) throws ArchiveException {
        if (id < 0 || id > ID_MAX) {
            throw new ArchiveException(entry.shownName() + ": no such owner: " + id);
        }
        return (int) id;
    }

    /// Only what has a meaning inside a container. `trusted.overlay.*` from an archive would steer
    /// the overlay mount; the security module's labels are the host's to give.
    private static void setAttribute(int descriptor, String name, byte[] value)
            throws FileCallException {
        boolean wanted =
                name.equals(CAPABILITY)
                        || name.equals("system.posix_acl_access")
                        || name.equals("system.posix_acl_default")
                        || (name.startsWith("user.") && !name.startsWith("user.overlay."));
        if (!wanted || name.getBytes(StandardCharsets.ISO_8859_1).length > NAME_MAX) {
            return;
        }
        try {
            FileCalls.setAttribute(descriptor, name, value);
        } catch (FileCallException e) {
            // A file system without such attributes still makes a useful layer.
            if (e.errno() != FileCalls.EOPNOTSUPP) {
                throw e;
            }
        }
    }
}
