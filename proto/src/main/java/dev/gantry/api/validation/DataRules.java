package dev.gantry.api.validation;

import dev.gantry.api.core.v1.ConfigMap;
import dev.gantry.api.core.v1.Secret;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Rules for ConfigMaps and Secrets.
final class DataRules {
    private static final int BYTES_MAX = 1 << 20;
    // The keys that a Secret of a type must have.
    private static final Map<String, String> TYPE_KEY =
            Map.of(
                    "kubernetes.io/dockerconfigjson", ".dockerconfigjson",
                    "kubernetes.io/dockercfg", ".dockercfg",
                    "kubernetes.io/ssh-auth", "ssh-privatekey");

    private DataRules() {}

    static void configMap(ConfigMap map, Findings found) {
        keys("data", map.getDataMap().keySet(), found);
        keys("binaryData", map.getBinaryDataMap().keySet(), found);
        for (String key : new TreeSet<>(map.getBinaryDataMap().keySet())) {
            if (map.containsData(key)) {
                found.invalid("binaryData[" + key + "]", key, "duplicate of key present in data");
            }
        }
        long size = map.getDataMap().values().stream().mapToLong(String::length).sum();
        size += map.getBinaryDataMap().values().stream().mapToLong(v -> v.size()).sum();
        size(size, "", found);
    }

    static void secret(Secret secret, Findings found) {
        keys("data", secret.getDataMap().keySet(), found);
        size(secret.getDataMap().values().stream().mapToLong(v -> v.size()).sum(), "data", found);
        String needed = TYPE_KEY.get(secret.getType());
        if (needed != null && !secret.containsData(needed)) {
            found.required("data[" + needed + "]");
        }
        if (secret.getType().equals("kubernetes.io/tls")) {
            for (String key : new String[] {"tls.crt", "tls.key"}) {
                if (!secret.containsData(key)) {
                    found.required("data[" + key + "]");
                }
            }
        }
        if (secret.getType().equals("kubernetes.io/basic-auth")
                && !secret.containsData("username")
                && !secret.containsData("password")) {
            found.required("data[username]");
            found.required("data[password]");
        }
    }

    private static void keys(String path, Set<String> keys, Findings found) {
        for (String key : new TreeSet<>(keys)) {
            found.syntax(path + "[" + key + "]", key, Names.dataKey(key));
        }
    }

    private static void size(long bytes, String path, Findings found) {
        if (bytes > BYTES_MAX) {
            found.add(
                    path,
                    Violation.Reason.TOO_LONG,
                    "Too long: may not be more than " + BYTES_MAX + " bytes");
        }
    }
}
