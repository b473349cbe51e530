package dev.gantry.api.kind;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.List;

/// One kind of object: its names, its scope and its message. Two kinds are equal when apiVersion
/// and name are.
///
/// @param group API group, empty for the core group
/// @param version API version, such as `v1`
/// @param name the kind as manifests write it, such as `Pod`
/// @param plural lower-case plural, such as `pods`
/// @param singular lower-case singular, such as `pod`
/// @param shortNames what users may type instead, such as `po`
/// @param namespaced whether objects live in a namespace
/// @param statusSubresource whether status is written apart from the rest
/// @param prototype the message's default instance
public record Kind(
        String group,
        String version,
        String name,
        String plural,
        String singular,
        List<String> shortNames,
        boolean namespaced,
        boolean statusSubresource,
        Message prototype) {

    public Kind {
        shortNames = List.copyOf(shortNames);
    }

    /// The value of a manifest's `apiVersion`, such as `v1` or `apps/v1`.
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /// The plural with its group, such as `deployments.apps`; without a dot in the core group.
    public String qualifiedPlural() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    /// The type URL under which objects of this kind travel in a `google.protobuf.Any`: that of the
    /// message's full name, which follows from Kubernetes' layout of packages.
    public String typeUrl() {
        int dot = group.indexOf('.');
        String folder = group.isEmpty() ? "core" : dot < 0 ? group : group.substring(0, dot);
        return "type.googleapis.com/k8s.io.api." + folder + "." + version + "." + name;
    }

    /// Reads the message's own protobuf bytes, as they are stored and as they stand in an `Any`.
    ///
    /// @throws IllegalArgumentException when the bytes are not such a message
    public Message parse(ByteString bytes) {
        try {
            return prototype.getParserForType().parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("failed to parse bytes as " + name, e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Kind k
                && name.equals(k.name)
                && group.equals(k.group)
                && version.equals(k.version);
    }

    @Override
    public int hashCode() {
        return name.hashCode() * 31 + group.hashCode();
    }

    @Override
    public String toString() {
        return apiVersion() + " " + name;
    }
}
