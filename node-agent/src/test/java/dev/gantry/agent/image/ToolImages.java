package dev.gantry.agent.image;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// Images that other tools make from nothing, as OCI archives; kept in the temporary folder for the
/// next run. All need root.
public final class ToolImages {
    /// What each archive calls its image.
    public static final String NAME = "gantry.dev/tools/app:1";

    private static final String BUILDAH =
            """
            work=$(mktemp -d)
            trap 'rm -rf "$work"' EXIT
            b() { buildah --storage-driver vfs --root "$work/root" --runroot "$work/run" "$@"; }
            c=$(b from scratch)
            b copy -q "$c" /bin/busybox /bin/busybox
            b run --isolation chroot --network host "$c" -- /bin/busybox mkdir -p /made/here
            b config --env A=1 --cmd '["/bin/busybox","httpd"]' --user 1000:1000 \\
                --workingdir /made --stop-signal SIGINT --label a=b "$c"
            b commit -q --format oci "$c" NAME
            b push -q NAME "oci-archive:$1:NAME"
            """;

    private static final String UMOCI =
            """
            work=$(mktemp -d)
            trap 'rm -rf "$work"' EXIT
            image=$work/layout:one
            umoci init --layout "$work/layout"
            umoci new --image "$image"
            umoci unpack --image "$image" "$work/bundle"
            mkdir "$work/bundle/rootfs/bin"
            cp /bin/busybox "$work/bundle/rootfs/bin/"
            touch "$work/bundle/rootfs/gone"
            umoci repack --refresh-bundle --image "$image" "$work/bundle"
            rm "$work/bundle/rootfs/gone"
            echo second > "$work/bundle/rootfs/second"
            umoci repack --image "$image" "$work/bundle"
            umoci config --image "$image" --config.cmd /bin/busybox --config.cmd httpd \\
                --config.env A=1 --config.user 1000:1000 --config.workingdir /made
            skopeo copy --quiet "oci:$image" "oci-archive:$1:NAME"
            """;

    private static final String DEBIAN =
            """
            work=$(mktemp -d)
            trap 'rm -rf "$work"' EXIT
            debootstrap --variant=minbase bookworm "$work/root"
            rm -rf "$work"/root/var/cache/apt/archives/*.deb "$work"/root/var/lib/apt/lists/*
            umoci init --layout "$work/layout"
            umoci new --image "$work/layout:one"
            umoci insert --image "$work/layout:one" "$work/root" /
            umoci config --image "$work/layout:one" --config.cmd /bin/bash
            skopeo copy --quiet "oci:$work/layout:one" "oci-archive:$1:NAME"
            """;

    private ToolImages() {}

    /// Two layers' worth of changes in one, by `buildah`, of which one was made by a container.
    public static Path buildah() {
        return made("buildah", BUILDAH);
    }

    /// Two layers by `umoci`; the second takes a file of the first away.
    public static Path umoci() {
        return made("umoci", UMOCI);
    }

    /// Debian, by `debootstrap` from the host's package mirror: takes a minute or two the first
    /// time, and a network.
    public static Path debian() {
        return made("debian", DEBIAN);
    }

    private static Path made(String tool, String script) {
        String named = script.replace("NAME", NAME);
        String version = Digest.of(named.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 16);
        return TestImages.kept(
                tool + "-" + version + ".tar",
                file -> TestImages.run(List.of("sh", "-euc", named, tool, file.toString())));
    }
}
