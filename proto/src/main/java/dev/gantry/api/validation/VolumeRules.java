package dev.gantry.api.validation;

import dev.gantry.api.core.v1.KeyToPath;
import dev.gantry.api.core.v1.Volume;
import dev.gantry.api.core.v1.VolumeSource;
import java.util.Arrays;
import java.util.List;

/// Rules for volumes.
final class VolumeRules {
    private static final int MODE_MAX = 0777;
    private static final String[] HOST_PATH_TYPES = {
        "",
        "BlockDevice",
        "CharDevice",
        "Directory",
        "DirectoryOrCreate",
        "File",
        "FileOrCreate",
        "Socket"
    };

    private VolumeRules() {}

    static void source(Volume volume, String path, Findings found) {
        VolumeSource source = volume.getVolumeSource();
        if (source.getAllFields().isEmpty()) {
            found.required(path, "must specify a volume type");
        }
        if (source.getAllFields().size() > 1) {
            found.forbidden(path, "may not specify more than 1 volume type");
        }
        if (source.hasHostPath()) {
            hostPath(source, path + ".hostPath", found);
        }
        if (source.hasConfigMap()) {
            String at = path + ".configMap";
            if (source.getConfigMap().getLocalObjectReference().getName().isEmpty()) {
                found.required(at + ".name");
            }
            mode(source.getConfigMap().getDefaultMode(), at + ".defaultMode", found);
            items(source.getConfigMap().getItemsList(), at, found);
        }
        if (source.hasSecret()) {
            String at = path + ".secret";
            if (source.getSecret().getSecretName().isEmpty()) {
                found.required(at + ".secretName");
            }
            mode(source.getSecret().getDefaultMode(), at + ".defaultMode", found);
            items(source.getSecret().getItemsList(), at, found);
        }
        if (source.hasEmptyDir()
                && source.getEmptyDir().hasSizeLimit()
                && source.getEmptyDir().getSizeLimit().getString().startsWith("-")) {
            found.forbidden(
                    path + ".emptyDir.sizeLimit",
                    "SizeLimit field must be a valid resource quantity");
        }
    }

    private static void hostPath(VolumeSource source, String path, Findings found) {
        String host = source.getHostPath().getPath();
        if (host.isEmpty()) {
            found.required(path + ".path");
        } else if (Arrays.asList(host.split("/", -1)).contains("..")) {
            found.invalid(path + ".path", host, "must not contain '..'");
        }
        if (!source.getHostPath().getType().isEmpty()) {
            found.oneOf(path + ".type", source.getHostPath().getType(), HOST_PATH_TYPES);
        }
    }

    private static void items(List<KeyToPath> items, String path, Findings found) {
        for (int i = 0; i < items.size(); i++) {
            String at = path + ".items[" + i + "]";
            if (items.get(i).getKey().isEmpty()) {
                found.required(at + ".key");
            }
            if (items.get(i).getPath().isEmpty()) {
                found.required(at + ".path");
            } else {
                relative(items.get(i).getPath(), at + ".path", found);
            }
            if (items.get(i).hasMode()) {
                mode(items.get(i).getMode(), at + ".mode", found);
            }
        }
    }

    static void relative(String value, String path, Findings found) {
        if (value.startsWith("/")) {
            found.invalid(path, value, "must be a relative path");
        }
        if (Arrays.asList(value.split("/", -1)).contains("..")) {
            found.invalid(path, value, "must not contain '..'");
        }
    }

    private static void mode(int mode, String path, Findings found) {
        if (mode < 0 || mode > MODE_MAX) {
            found.invalid(
                    path, mode, "must be a number between 0 and 0777 (octal), both inclusive");
        }
    }
}
