package dev.gantry.agent.image;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// Images that other tools make from nothing, as OCI archives; kept in the temporary folder for the
/// next run. All need root.
public final class ToolImages {
    /// What each archive calls its image.
    public static final String NAME = "gantry.dev/tools/app:1";

    // What buildah's and umoci's images run: it tells how it was started.
    private static final String TELL =
            """
            cat > "$work/tell" <<'END'
            #!/bin/busybox sh
            echo "by=$BY A=$A words=$*"
            echo "user=$(/bin/busybox id -u):$(/bin/busybox id -g) in=$(pwd)"
            /bin/busybox find / -xdev -name 'f-*' 2>/dev/null | /bin/busybox sort | /bin/busybox xargs echo
            END
            chmod 755 "$work/tell"
            """;

    private static final String BUILDAH =
            """
            work=$(mktemp -d)
            trap 'rm -rf "$work"' EXIT
            TELL
            b() { buildah --storage-driver vfs --root "$work/root" --runroot "$work/run" "$@"; }
            c=$(b from scratch)
            b copy -q "$c" /bin/busybox /bin/busybox
            b copy -q "$c" "$work/tell" /bin/tell
            b run --isolation chroot --network host "$c" -- /bin/busybox mkdir -p /made/here
            b config --env A=1 --env BY=buildah --entrypoint '["/bin/tell","from"]' \\
                --cmd '["the","image"]' --user 1000:1001 \\
                --workingdir /made --stop-signal SIGINT --label a=b "$c"
            b commit -q --format oci "$c" NAME
            b push -q NAME "oci-archive:$1:NAME"
            """;

    private static final String UMOCI =
            """
            work=$(mktemp -d)
            trap 'rm -rf "$work"' EXIT
            TELL
            image=$work/layout:one
            root=$work/bundle/rootfs
            umoci init --layout "$work/layout"
            umoci new --image "$image"
            umoci unpack --image "$image" "$work/bundle"
            mkdir -p "$root/bin" "$root/goes" "$root/anew" "$root/stays"
            cp /bin/busybox "$work/tell" "$root/bin/"
            touch "$root/f-gone" "$root/goes/f-gone" "$root/anew/f-old" "$root/stays/f-first"
            umoci repack --refresh-bundle --image "$image" "$work/bundle"
            rm -r "$root/f-gone" "$root/goes" "$root/anew"
            mkdir "$root/anew"
            touch "$root/anew/f-new"
            echo second > "$root/f-second"
            umoci repack --image "$image" "$work/bundle"
            umoci config --image "$image" --config.cmd /bin/tell --config.cmd plainly \\
                --config.env A=2 --config.env BY=umoci --config.user 1002 \\
                --config.workingdir /anew
            skopeo copy --quiet "oci:$image" "oci-archive:$1:NAME"
            """;

    // From the host's own mirror. apt fetches the packages over one connection, which takes half
    // the time of debootstrap's own way; what it does not fetch, debootstrap does. A memory file
    // system of its own makes dpkg's many fsyncs free.
    private static final String DEBIAN =
            """
            work=$(mktemp -d)
            trap 'umount "$work"; rmdir "$work"' EXIT
            mount -t tmpfs -o mode=755 gantry-debian "$work"
            main() { apt-get indextargets --format '$(REPO_URI)' \\
                'Identifier: Packages' 'Release: bookworm' 'Component: main'; }
            mirror=$(main | head -n 1)
            [ -n "$mirror" ] || { apt-get -qq update; mirror=$(main | head -n 1); }
            mkdir -p "$work/debs/partial" "$work/root/etc/dpkg/dpkg.cfg.d"
            apt-get -y -qq --download-only --no-install-recommends -t bookworm \\
                -o Dir::State::status=/dev/null -o "Dir::Cache::archives=$work/debs" \\
                -o APT::Sandbox::User=root -o Debug::NoLocking=1 \\
                install '?priority(required)' '?essential' apt || true
            for kind in doc man locale; do
                echo "path-exclude=/usr/share/$kind/*" >> "$work/root/etc/dpkg/dpkg.cfg.d/small"
            done
            debootstrap --variant=minbase "--cache-dir=$work/debs" bookworm "$work/root" "$mirror"
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
        String named = script.replace("TELL\n", TELL).replace("NAME", NAME);
        String version = Digest.of(named.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 16);
        return TestImages.kept(
                tool + "-" + version + ".tar",
                file ->
                        TestImages.run(
                                List.of(
                                        "unshare",
                                        "--mount",
                                        "sh",
                                        "-euc",
                                        named,
                                        tool,
                                        file.toString())));
    }
}
