package dev.gantry.agent.volume;

import com.google.protobuf.ByteString;
import dev.gantry.agent.facts.DownwardApi;
import dev.gantry.agent.facts.Objects;
import dev.gantry.agent.facts.PodFacts;
import dev.gantry.agent.volume.Content.FileContent;
import dev.gantry.api.core.v1.ConfigMapVolumeSource;
import dev.gantry.api.core.v1.DownwardAPIVolumeFile;
import dev.gantry.api.core.v1.KeyToPath;
import dev.gantry.api.core.v1.ProjectedVolumeSource;
import dev.gantry.api.core.v1.SecretVolumeSource;
import dev.gantry.api.core.v1.VolumeSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What the files of a configMap, secret, downwardAPI or projected volume are. Pure.
final class Projection {
    private static final int MODE_DEFAULT = 0644;

    private final PodFacts facts;
    private final Objects objects;

    Projection(PodFacts facts, Objects objects) {
        this.facts = facts;
        this.objects = objects;
    }

    /// Whether the volume is one of files that the agent writes.
    static boolean projected(VolumeSource source) {
        return source.hasConfigMap()
                || source.hasSecret()
                || source.hasDownwardAPI()
                || source.hasProjected();
    }

    /// Whether its files must not reach a disk.
    static boolean secret(VolumeSource source) {
        return source.hasSecret()
                || source.getProjected().getSourcesList().stream().anyMatch(s -> s.hasSecret());
    }

    /// @throws VolumeException when an object or key is missing that is not optional
    Content of(VolumeSource source) {
        if (source.hasConfigMap()) {
            return Content.of(configMap(source.getConfigMap()));
        }
        if (source.hasSecret()) {
            return Content.of(secret(source.getSecret()));
        }
        if (source.hasDownwardAPI()) {
            var api = source.getDownwardAPI();
            int mode = api.hasDefaultMode() ? api.getDefaultMode() : MODE_DEFAULT;
            return Content.of(downward(api.getItemsList(), mode));
        }
        return Content.of(projected(source.getProjected()));
    }

    private Map<String, FileContent> configMap(ConfigMapVolumeSource source) {
        var name = source.getLocalObjectReference().getName();
        int mode = source.hasDefaultMode() ? source.getDefaultMode() : MODE_DEFAULT;
        return items(
                "configmap",
                name,
                configMapData(name),
                source.getItemsList(),
                mode,
                source.getOptional());
    }

    private Optional<Map<String, ByteString>> configMapData(String name) {
        return objects.configMap(facts.namespace(), name)
                .map(map -> {
                    var data = new TreeMap<String, ByteString>(map.getBinaryDataMap());
                    map.getDataMap().forEach((k, v) -> data.put(k, ByteString.copyFromUtf8(v)));
                    return data;
                });
    }

    private Map<String, FileContent> secret(SecretVolumeSource source) {
        int mode = source.hasDefaultMode() ? source.getDefaultMode() : MODE_DEFAULT;
        return items(
                "secret",
                source.getSecretName(),
                secretData(source.getSecretName()),
                source.getItemsList(),
                mode,
                source.getOptional());
    }

    private Optional<Map<String, ByteString>> secretData(String name) {
        return objects.secret(facts.namespace(), name).map(s -> new TreeMap<>(s.getDataMap()));
    }

    private Map<String, FileContent> items(
            String kind,
            String name,
            Optional<Map<String, ByteString>> data,
            List<KeyToPath> items,
            int mode,
            boolean optional) {
        if (data.isEmpty() && !optional) {
            throw new VolumeException("%s \"%s\" not found".formatted(kind, name));
        }
        var result = new TreeMap<String, FileContent>();
        var present = data.orElseGet(TreeMap::new);
        if (items.isEmpty()) {
            present.forEach((key, value) -> result.put(key, new FileContent(value, mode)));
            return result;
        }
        for (var item : items) {
            var value = present.get(item.getKey());
            if (value != null) {
                int own = item.hasMode() ? item.getMode() : mode;
                result.put(item.getPath(), new FileContent(value, own));
            } else if (!optional) {
                throw new VolumeException(
                        "%s \"%s\" has no key \"%s\"".formatted(kind, name, item.getKey()));
            }
        }
        return result;
    }

    private Map<String, FileContent> downward(List<DownwardAPIVolumeFile> items, int mode) {
        var result = new TreeMap<String, FileContent>();
        for (var item : items) {
            var text =
                    item.hasFieldRef()
                            ? DownwardApi.field(facts, item.getFieldRef().getFieldPath())
                            : DownwardApi.resource(
                                    facts,
                                    facts.pod().getSpec().getContainers(0),
                                    item.getResourceFieldRef());
            int own = item.hasMode() ? item.getMode() : mode;
            result.put(item.getPath(), new FileContent(ByteString.copyFromUtf8(text), own));
        }
        return result;
    }

    private Map<String, FileContent> projected(ProjectedVolumeSource source) {
        int mode = source.hasDefaultMode() ? source.getDefaultMode() : MODE_DEFAULT;
        var result = new TreeMap<String, FileContent>();
        for (var part : source.getSourcesList()) {
            if (part.hasConfigMap()) {
                var ref = part.getConfigMap();
                var name = ref.getLocalObjectReference().getName();
                result.putAll(
                        items(
                                "configmap",
                                name,
                                configMapData(name),
                                ref.getItemsList(),
                                mode,
                                ref.getOptional()));
            } else if (part.hasSecret()) {
                var ref = part.getSecret();
                var name = ref.getLocalObjectReference().getName();
                result.putAll(
                        items(
                                "secret",
                                name,
                                secretData(name),
                                ref.getItemsList(),
                                mode,
                                ref.getOptional()));
            } else if (part.hasDownwardAPI()) {
                result.putAll(downward(part.getDownwardAPI().getItemsList(), mode));
            } else {
                throw new VolumeException("a source of the projected volume is not supported");
            }
        }
        return result;
    }
}
