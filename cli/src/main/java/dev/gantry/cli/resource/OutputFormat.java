package dev.gantry.cli.resource;

import com.google.protobuf.Message;
import dev.gantry.api.codec.ObjectJson;
import dev.gantry.api.codec.ObjectYaml;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.cli.command.UsageException;
import dev.gantry.cli.output.JsonPath;
import dev.gantry.cli.output.Titles;
import java.util.List;

/// What `-o` asks for.
///
/// @param word empty for a table
/// @param template of a JSONPath
record OutputFormat(String word, String template) {

    static OutputFormat of(String text) {
        if (text.startsWith("jsonpath=")) {
            return new OutputFormat("jsonpath", text.substring("jsonpath=".length()));
        }
        if (!List.of("", "wide", "yaml", "json", "name").contains(text)) {
            throw new UsageException(
                    "-o must be wide, yaml, json, name or jsonpath=TEMPLATE, not '" + text + "'");
        }
        return new OutputFormat(text, "");
    }

    /// Whether it is a table, or plain lines.
    boolean isText() {
        return word.isEmpty() || word.equals("wide");
    }

    boolean isWide() {
        return word.equals("wide");
    }

    /// The objects' text.
    ///
    /// @param single a single object was asked for by name: no list around it
    String write(List<Message> all, boolean single) {
        List<Message> objects = all.stream().map(OutputFormat::withoutManagedFields).toList();
        boolean bare = single && objects.size() == 1;
        return switch (word) {
            case "name" ->
                    String.join(
                            "",
                            objects.stream().map(o -> Titles.of(ObjectKey.of(o)) + "\n").toList());
            case "json" -> ended(bare ? ObjectJson.write(objects.getFirst()) : jsonList(objects));
            case "yaml" -> ended(bare ? ObjectYaml.write(objects.getFirst()) : yamlList(objects));
            default ->
                    JsonPath.evaluate(
                            template,
                            bare ? ObjectJson.write(objects.getFirst()) : jsonList(objects));
        };
    }

    // Nobody reads them, and they are longer than the rest.
    private static Message withoutManagedFields(Message object) {
        return Meta.edit(object, meta -> meta.clearManagedFields());
    }

    private static String ended(String text) {
        return text.endsWith("\n") ? text : text + "\n";
    }

    private static String jsonList(List<Message> objects) {
        List<String> items =
                objects.stream().map(o -> ObjectJson.write(o).strip().indent(8).strip()).toList();
        return "{\n    \"apiVersion\": \"v1\",\n    \"kind\": \"List\",\n    \"items\": ["
                + (items.isEmpty() ? "" : "\n        ")
                + String.join(",\n        ", items)
                + (items.isEmpty() ? "" : "\n    ")
                + "]\n}\n";
    }

    private static String yamlList(List<Message> objects) {
        StringBuilder text = new StringBuilder("apiVersion: v1\nkind: List\nitems:");
        text.append(objects.isEmpty() ? " []\n" : "\n");
        for (Message object : objects) {
            String item = ObjectYaml.write(object).stripTrailing().indent(2);
            text.append("- ").append(item.substring(2));
        }
        return text.toString();
    }
}
