package dev.gantry.agent.image.archive;

import dev.gantry.agent.sys.FileCallException;
import dev.gantry.agent.sys.FileCalls;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Walks paths of an archive inside one directory, by descriptors: each step opens one name with
/// O_NOFOLLOW, symbolic links are read and interpreted here as if the directory were `/`, and `..`
/// goes back along the steps taken. So no path, however it is written and whatever the archive put
/// there before, leads outside, and nothing depends on a check that could be overtaken. The last
/// parent stays open, since archives list a directory's files one after another.
final class TreeWalker implements AutoCloseable {
    private static final int DEPTH_MAX = 256;
    private static final int LINKS_MAX = 40;
    // No cleaned path: the descriptor serves no lookup.
    private static final String KEPT = "//";

    private final int root;
    private @Nullable String cachedPath;
    private int cached = -1;

    /// @param root descriptor of the directory; the caller closes it
    TreeWalker(int root) {
        this.root = root;
    }

    /// The descriptor of the directory with this path, open until the next call; null when it is
    /// not there and is not to be made.
    ///
    /// @param path cleaned: names separated by `/`, none of them `.` or `..`
    @Nullable Integer directory(String path, boolean make)
            throws FileCallException, ArchiveException {
        if (path.isEmpty()) {
            return root;
        }
        if (path.equals(cachedPath)) {
            return cached;
        }
        forget();
        Steps steps = new Steps();
        try {
            if (!steps.walk(path, make)) {
                return null;
            }
            if (steps.open.isEmpty()) {
                return root;
            }
            cached = steps.open.removeLast();
            cachedPath = path;
            return cached;
        } finally {
            steps.open.forEach(FileCalls::closeQuietly);
        }
    }

    /// To be called when something was removed or replaced: a known path may lead elsewhere now.
    void forget() {
        if (cachedPath != null) {
            FileCalls.closeQuietly(cached);
            cachedPath = null;
        }
    }

    /// As [#forget], but the descriptor stays open for the entry in hand.
    void keepOnly(int descriptor) {
        if (cachedPath != null && cached == descriptor) {
            cachedPath = KEPT;
            return;
        }
        forget();
    }

    @Override
    public void close() {
        forget();
    }

    /// Makes a path relative, without `.`, `..`, empty parts; `..` stops at the top.
    static String clean(String path) {
        Deque<String> parts = new ArrayDeque<>();
        for (String part : path.split("/", -1)) {
            if (part.equals("..")) {
                parts.pollLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.addLast(part);
            }
        }
        return String.join("/", parts);
    }

    private final class Steps {
        private final List<Integer> open = new ArrayList<>();
        private final Deque<String> pending = new ArrayDeque<>();
        private int links;

        boolean walk(String path, boolean make) throws FileCallException, ArchiveException {
            push(path);
            while (!pending.isEmpty()) {
                String part = pending.removeFirst();
                if (part.equals("..")) {
                    back();
                } else if (!part.isEmpty() && !part.equals(".") && !step(path, part, make)) {
                    return false;
                }
            }
            return true;
        }

        private int top() {
            return open.isEmpty() ? root : open.getLast();
        }

        private void back() {
            if (!open.isEmpty()) {
                FileCalls.closeQuietly(open.removeLast());
            }
        }

        private boolean step(String path, String part, boolean make)
                throws FileCallException, ArchiveException {
            if (open.size() >= DEPTH_MAX) {
                throw new ArchiveException(
                        TarEntry.shown(path) + ": more than " + DEPTH_MAX + " directories deep");
            }
            try {
                open.add(FileCalls.openDirectoryAt(top(), part));
            } catch (FileCallException e) {
                switch (e.errno()) {
                    case FileCalls.ENOENT -> {
                        if (comesBack()) {
                            return true;
                        }
                        if (!make) {
                            return false;
                        }
                        FileCalls.makeDirectoryAt(top(), part, 0755);
                        open.add(FileCalls.openDirectoryAt(top(), part));
                    }
                    case FileCalls.ENOTDIR, FileCalls.ELOOP -> follow(path, part);
                    default -> throw e;
                }
            }
            return true;
        }

        /// A missing directory that the path leaves again (`missing/../etc`) does not matter, as
        /// containerd has it. Takes those parts away.
        private boolean comesBack() {
            int below = 1;
            int parts = 0;
            for (String part : pending) {
                parts++;
                if (part.equals("..")) {
                    below--;
                } else if (!part.isEmpty() && !part.equals(".")) {
                    below++;
                }
                if (below == 0) {
                    break;
                }
            }
            if (below > 0) {
                return false;
            }
            for (int i = 0; i < parts; i++) {
                pending.removeFirst();
            }
            return true;
        }

        private void follow(String path, String part) throws FileCallException, ArchiveException {
            links++;
            if (links > LINKS_MAX) {
                throw new ArchiveException(TarEntry.shown(path) + ": too many symbolic links");
            }
            String target;
            try {
                target = FileCalls.readLinkAt(top(), part);
            } catch (FileCallException e) {
                if (e.errno() != FileCalls.EINVAL) {
                    throw e;
                }
                throw new ArchiveException(
                        TarEntry.shown(path) + ": " + TarEntry.shown(part) + " is not a directory",
                        e);
            }
            if (target.startsWith("/")) {
                while (!open.isEmpty()) {
                    back();
                }
            }
            push(target);
        }

        private void push(String path) {
            List<String> parts = Arrays.asList(path.split("/", -1));
            Collections.reverse(parts);
            parts.forEach(pending::addFirst);
        }
    }
}
