package dev.gantry.agent.spec;

import dev.gantry.agent.container.CgroupSpec;
import dev.gantry.agent.container.ContainerSpec;
import dev.gantry.agent.container.LogSpec;
import dev.gantry.agent.container.MountSpec;
import dev.gantry.agent.container.ProcessSpec;
import dev.gantry.agent.container.RootSpec;
import dev.gantry.agent.container.Sandbox;
import dev.gantry.agent.facts.ConfigException;
import dev.gantry.agent.facts.Objects;
import dev.gantry.agent.facts.PodFacts;
import dev.gantry.agent.image.Image;
import dev.gantry.agent.volume.Owner;
import dev.gantry.agent.volume.Volumes;
import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.VolumeMount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/// Puts the specification of one run together.
public final class SpecBuilder {
    private static final String TERMINATION_DEFAULT = "/dev/termination-log";
    private static final long SHM_BYTES = 64L << 20;
    private static final int SHM_MODE = 01777;

    private final Volumes volumes;

    /// @param volumes makes directories for the image's own volumes
    public SpecBuilder(Volumes volumes) {
        this.volumes = volumes;
    }

    /// All that a run of a container is specified from.
    ///
    /// @param ready the pod's volumes by name
    public record Order(
            PodFacts facts,
            Container container,
            Run run,
            Image image,
            Sandbox sandbox,
            PodPaths paths,
            SortedMap<String, Volumes.Ready> ready) {
        Owner owner() {
            return ownerOf(facts, sandbox);
        }
    }

    /// A run's id and number.
    public record Run(String id, int attempt) {}

    /// To whom the volumes of a pod belong.
    public static Owner ownerOf(PodFacts facts, Sandbox sandbox) {
        var context = facts.pod().getSpec().getSecurityContext();
        return new Owner(sandbox.ids(), context.hasFsGroup() ? context.getFsGroup() : -1);
    }

    /// @throws ConfigException naming what is wrong with the pod
    public ContainerSpec build(Order order, Objects objects) {
        var container = order.container();
        var spec = order.facts().pod().getSpec();
        var pod = spec.getSecurityContext();
        var config = order.image().config();
        var files = new LayerFiles(order.image().layerDirectories());
        boolean ownIds = order.sandbox().ids() != null;
        var user = new Users(files).of(pod, container, config.user(), ownIds);
        var env = new Environment(order.facts(), objects).of(container, config.env());
        env.putIfAbsent("HOME", user.home());
        var workdir = container.getWorkingDir();
        var cwd = workdir.isEmpty() ? config.workingDirectory() : Expansion.expand(workdir, env);
        var process =
                new ProcessSpec(
                        Commands.argv(container, config.entrypoint(), config.command(), env),
                        env.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList(),
                        cwd.isEmpty() ? "/" : cwd,
                        user.user(),
                        container.getTty(),
                        container.getStdin(),
                        container.getStdinOnce());
        return new ContainerSpec(
                order.run().id(),
                order.sandbox(),
                new RootSpec(
                        order.image().layerDirectories(),
                        container.getSecurityContext().getReadOnlyRootFilesystem()),
                process,
                Security.of(pod, container),
                mounts(order, env),
                new CgroupSpec(
                        Resources.qosGroup(order.facts().pod()),
                        order.facts().pod().getMetadata().getUid(),
                        Resources.limits(container)),
                LogSpec.of(order.paths().log(container.getName(), order.run().attempt())),
                Security.sysctls(pod),
                Resources.oomScoreAdj(order.facts().pod(), container, order.facts().memoryBytes()),
                spec.getHostPID());
    }

    // -------- mounts

    private List<MountSpec> mounts(Order order, Map<String, String> env) {
        var container = order.container();
        var mounts = new ArrayList<MountSpec>();
        var taken = new ArrayList<String>();
        container.getVolumeMountsList().forEach(m -> taken.add(clean(m.getMountPath())));
        addUnless(taken, mounts, "/dev/shm", new MountSpec.Tmpfs("/dev/shm", SHM_BYTES, SHM_MODE));
        for (var name : List.of("hosts", "hostname", "resolv.conf")) {
            var target = "/etc/" + name;
            var file = order.paths().etc(name);
            addUnless(taken, mounts, target, new MountSpec.Bind(file, target, false, false));
        }
        mounts.add(termination(order));
        int anonymous = 0;
        for (var path : order.image().config().volumes()) {
            var target = clean(path);
            if (!taken.contains(target) && !target.equals("/")) {
                var name = "image-%s-%d".formatted(container.getName(), anonymous++);
                var source = volumes.anonymous(order.paths().root(), name, order.owner());
                mounts.add(new MountSpec.Bind(source, target, false, false));
            }
        }
        // Outer paths first, so that inner ones are mounted over them.
        container.getVolumeMountsList().stream()
                .sorted(java.util.Comparator.comparing(m -> clean(m.getMountPath())))
                .forEach(m -> mounts.add(mount(order, m, env)));
        return mounts;
    }

    private static void addUnless(
            List<String> taken, List<MountSpec> mounts, String target, MountSpec mount) {
        if (!taken.contains(target)) {
            mounts.add(mount);
        }
    }

    private static String clean(String path) {
        return Path.of("/").resolve(path).normalize().toString();
    }

    private MountSpec mount(Order order, VolumeMount mount, Map<String, String> env) {
        var volume = order.ready().get(mount.getName());
        if (volume == null) {
            throw new ConfigException(
                    "volumeMounts: no volume is named \"" + mount.getName() + "\"");
        }
        var propagation = mount.getMountPropagation();
        if (!propagation.isEmpty() && !propagation.equals("None")) {
            throw new ConfigException(
                    "mountPropagation %s is not supported".formatted(propagation));
        }
        var subPath =
                mount.getSubPathExpr().isEmpty()
                        ? mount.getSubPath()
                        : Expansion.expand(mount.getSubPathExpr(), env);
        var source =
                subPath.isEmpty()
                        ? volume.source()
                        : volumes.subPath(volume, subPath, order.owner());
        return new MountSpec.Bind(
                source,
                clean(mount.getMountPath()),
                mount.getReadOnly() || volume.readOnly(),
                volume.idMapped());
    }

    private static MountSpec termination(Order order) {
        var container = order.container();
        var file = order.paths().termination(container.getName(), order.run().attempt());
        try {
            Files.createDirectories(file.getParent());
            if (!Files.exists(file)) {
                Files.createFile(file);
            }
            order.owner().give(file);
            Files.setAttribute(file, "unix:mode", 0666);
        } catch (IOException e) {
            throw new UncheckedIOException("failed to make " + file, e);
        }
        var path = container.getTerminationMessagePath();
        var target = path.isEmpty() ? TERMINATION_DEFAULT : clean(path);
        return new MountSpec.Bind(file, target, false, false);
    }
}
