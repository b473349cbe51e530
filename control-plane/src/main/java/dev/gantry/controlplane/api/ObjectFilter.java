package dev.gantry.controlplane.api;

import com.google.protobuf.Message;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.selector.FieldSelector;
import dev.gantry.api.selector.Selector;
import dev.gantry.api.selector.Selectors;

/// Which objects of a kind a listing or watch shows.
record ObjectFilter(Selector labels, FieldSelector fields) {

    /// @throws ApiException when a selector cannot be read or names a field that the kind lacks
    static ObjectFilter parse(Kind kind, String labelSelector, String fieldSelector) {
        Selector labels;
        try {
            labels = Selectors.parse(labelSelector);
        } catch (IllegalArgumentException e) {
            throw ApiException.invalid("labelSelector", String.valueOf(e.getMessage()));
        }
        try {
            var fields = FieldSelector.parse(fieldSelector);
            // Asked once here, so that a field that does not exist is an error of the request.
            fields.conditions()
                    .forEach(
                            c -> new FieldSelector(java.util.List.of(c)).matches(kind.prototype()));
            return new ObjectFilter(labels, fields);
        } catch (IllegalArgumentException e) {
            throw ApiException.invalid("fieldSelector", String.valueOf(e.getMessage()));
        }
    }

    boolean matches(Message object) {
        return fields.matches(object) && labels.matches(Meta.of(object).getLabelsMap());
    }
}
