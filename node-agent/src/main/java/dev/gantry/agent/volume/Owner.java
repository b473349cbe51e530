package dev.gantry.agent.volume;

import dev.gantry.agent.container.IdRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// To whom the files of a pod's volumes belong: ids inside the pod, translated to the host's.
///
/// @param ids the pod's range; null for a pod with the host's users
/// @param fsGroup the group of its volumes, -1 for none
public record Owner(@Nullable IdRange ids, long fsGroup) {
    /// Gives a file to the pod's root, and to the group of its volumes.
    public void give(Path file) throws IOException {
        give(file, 0, Math.max(0, fsGroup));
    }

    /// Gives a file to ids inside the pod.
    public void give(Path file, long uid, long gid) throws IOException {
        long hostUid = ids == null ? uid : ids.host(uid);
        long hostGid = ids == null ? gid : ids.host(gid);
        Files.setAttribute(file, "unix:uid", (int) hostUid, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(file, "unix:gid", (int) hostGid, LinkOption.NOFOLLOW_LINKS);
    }

    /// Whether volumes have a group of their own.
    public boolean grouped() {
        return fsGroup >= 0;
    }
}
