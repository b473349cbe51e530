package dev.gantry.api.codec;

import com.google.protobuf.Message;
import dev.gantry.api.kind.Kind;

/// Objects as YAML text with Kubernetes' field names.
public final class ObjectYaml {
    private ObjectYaml() {}

    /// The object in YAML, with apiVersion and kind; reads back equal.
    public static String write(Message object) {
        return YamlWriter.write(MessageTrees.object(object));
    }

    /// Reads one object of a kind strictly; apiVersion and kind may be left out of the text.
    ///
    /// @throws ManifestException with all problems of the text
    public static Message read(Kind kind, byte[] text) {
        return ManifestReader.object(kind, text);
    }
}
