package dev.gantry.api.validation;

import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.meta.v1.LabelSelector;
import dev.gantry.api.meta.v1.LabelSelectorRequirement;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.api.meta.v1.OwnerReference;
import dev.gantry.api.selector.LabelSyntax;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Rules for metadata, labels and label selectors.
final class MetaRules {
    // The sum of keys and values (apimachinery's TotalAnnotationSizeLimitB).
    private static final int ANNOTATIONS_MAX = 256 << 10;

    private MetaRules() {}

    static void check(Kind kind, ObjectMeta meta, Findings found) {
        name(kind, meta, found);
        if (kind.namespaced()) {
            if (meta.getNamespace().isEmpty()) {
                found.required("metadata.namespace");
            } else {
                found.syntax(
                        "metadata.namespace",
                        meta.getNamespace(),
                        Names.dns1123Label(meta.getNamespace()));
            }
        } else if (!meta.getNamespace().isEmpty()) {
            found.forbidden("metadata.namespace", "not allowed on this type");
        }
        found.notNegative("metadata.generation", meta.getGeneration());
        labels(meta.getLabelsMap(), "metadata.labels", found);
        annotations(meta.getAnnotationsMap(), "metadata.annotations", found);
        for (int i = 0; i < meta.getFinalizersCount(); i++) {
            found.syntax(
                    "metadata.finalizers[" + i + "]",
                    meta.getFinalizers(i),
                    LabelSyntax.key(meta.getFinalizers(i)));
        }
        owners(meta.getOwnerReferencesList(), found);
    }

    private static void name(Kind kind, ObjectMeta meta, Findings found) {
        String name = meta.getName();
        if (!meta.getGenerateName().isEmpty()) {
            // The server appends five characters: what stands before may end in a hyphen.
            String probe = meta.getGenerateName() + "x";
            found.syntax("metadata.generateName", meta.getGenerateName(), nameSyntax(kind, probe));
        }
        if (name.isEmpty()) {
            if (meta.getGenerateName().isEmpty()) {
                found.required("metadata.name", "name or generateName is required");
            }
            return;
        }
        found.syntax("metadata.name", name, nameSyntax(kind, name));
    }

    private static String nameSyntax(Kind kind, String name) {
        if (kind.equals(Kinds.NAMESPACE)) {
            return Names.dns1123Label(name);
        }
        return kind.equals(Kinds.SERVICE) ? Names.dns1035Label(name) : Names.dns1123Subdomain(name);
    }

    private static void owners(List<OwnerReference> owners, Findings found) {
        boolean controlled = false;
        for (int i = 0; i < owners.size(); i++) {
            String path = "metadata.ownerReferences[" + i + "]";
            OwnerReference owner = owners.get(i);
            if (owner.getApiVersion().isEmpty()) {
                found.required(path + ".apiVersion");
            }
            if (owner.getKind().isEmpty()) {
                found.required(path + ".kind");
            }
            if (owner.getName().isEmpty()) {
                found.required(path + ".name");
            }
            if (owner.getUid().isEmpty()) {
                found.required(path + ".uid");
            }
            if (owner.getController() && controlled) {
                found.invalid(
                        "metadata.ownerReferences",
                        owner.getName(),
                        "Only one reference can have Controller set to true");
            }
            controlled |= owner.getController();
        }
    }

    static void labels(Map<String, String> labels, String path, Findings found) {
        new TreeMap<>(labels)
                .forEach((key, value) -> {
                    found.syntax(path, key, LabelSyntax.key(key));
                    found.syntax(path, value, LabelSyntax.value(value));
                });
    }

    private static void annotations(Map<String, String> annotations, String path, Findings found) {
        long size = 0;
        for (Map.Entry<String, String> entry : new TreeMap<>(annotations).entrySet()) {
            found.syntax(
                    path, entry.getKey(), LabelSyntax.key(entry.getKey().toLowerCase(Locale.ROOT)));
            size += entry.getKey().length() + (long) entry.getValue().length();
        }
        if (size > ANNOTATIONS_MAX) {
            found.add(
                    path,
                    Violation.Reason.TOO_LONG,
                    "Too long: may not be more than " + ANNOTATIONS_MAX + " bytes");
        }
    }

    static void selector(LabelSelector selector, String path, Findings found) {
        labels(selector.getMatchLabelsMap(), path + ".matchLabels", found);
        for (int i = 0; i < selector.getMatchExpressionsCount(); i++) {
            expression(
                    selector.getMatchExpressions(i), path + ".matchExpressions[" + i + "]", found);
        }
    }

    private static void expression(LabelSelectorRequirement term, String path, Findings found) {
        switch (term.getOperator()) {
            case "In", "NotIn" -> {
                if (term.getValuesCount() == 0) {
                    found.required(
                            path + ".values",
                            "must be specified when `operator` is 'In' or 'NotIn'");
                }
            }
            case "Exists", "DoesNotExist" -> {
                if (term.getValuesCount() > 0) {
                    found.forbidden(
                            path + ".values",
                            "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                }
            }
            default ->
                    found.invalid(
                            path + ".operator",
                            term.getOperator(),
                            "not a valid selector operator");
        }
        found.syntax(path + ".key", term.getKey(), LabelSyntax.key(term.getKey()));
        for (int i = 0; i < term.getValuesCount(); i++) {
            found.syntax(
                    path + ".values[" + i + "]",
                    term.getValues(i),
                    LabelSyntax.value(term.getValues(i)));
        }
    }
}
