package dev.gantry.api.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.gantry.api.codec.Tree.Entry;
import dev.gantry.api.codec.Tree.Mapping;
import dev.gantry.api.codec.Tree.Scalar;
import dev.gantry.api.codec.Tree.Sequence;
import dev.gantry.api.meta.v1.FieldsV1;
import dev.gantry.api.meta.v1.MicroTime;
import dev.gantry.api.meta.v1.Time;
import dev.gantry.api.quantity.IntOrStrings;
import dev.gantry.api.quantity.Quantities;
import dev.gantry.api.resource.Quantity;
import dev.gantry.api.runtime.RawExtension;
import dev.gantry.api.time.Times;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads scalars and the messages that JSON shows as one; null after a problem was noted.
final class ScalarReader {
    private final Reading reading;

    ScalarReader(Reading reading) {
        this.reading = reading;
    }

    @Nullable Object read(FieldDescriptor field, Tree value, String path) {
        if (!(value instanceof Scalar scalar)) {
            wrong(path, value, "must be a " + name(field) + ", not " + value.describe());
            return null;
        }
        return switch (field.getType()) {
            case STRING -> string(scalar, path);
            case INT32 -> integer(scalar, path, 32).map(BigInteger::intValueExact).orElse(null);
            case INT64 -> integer(scalar, path, 64).map(BigInteger::longValueExact).orElse(null);
            case BOOL -> bool(scalar, path);
            case BYTES -> bytes(scalar, path);
            case DOUBLE -> decimal(scalar, path);
            default -> throw new IllegalStateException("no form for " + field.getFullName());
        };
    }

    @Nullable Message special(Descriptor type, Tree value, String path) {
        if (type == FieldsV1.getDescriptor() || type == RawExtension.getDescriptor()) {
            if (!counts(value, path)) {
                return null;
            }
            return type == FieldsV1.getDescriptor()
                    ? SpecialForms.fields(value)
                    : SpecialForms.raw(value);
        }
        if (!(value instanceof Scalar scalar)) {
            String wanted = type.getName().endsWith("Time") ? "a time" : "a number or a string";
            wrong(path, value, "must be " + wanted + ", not " + value.describe());
            return null;
        }
        if (type == Quantity.getDescriptor()) {
            return quantity(scalar, path);
        }
        if (type == Time.getDescriptor()) {
            return time(scalar, path).map(Times::of).orElse(null);
        }
        if (type == MicroTime.getDescriptor()) {
            return time(scalar, path).map(Times::micro).orElse(null);
        }
        if (!scalar.plain() || !Scalars.isNotString(scalar.text())) {
            return IntOrStrings.of(scalar.text());
        }
        return integer(scalar, path, 32).map(i -> IntOrStrings.of(i.intValueExact())).orElse(null);
    }

    private @Nullable String string(Scalar scalar, String path) {
        String text = scalar.text();
        if (!scalar.plain() || !Scalars.isNotString(text)) {
            return text;
        }
        String is = Scalars.isNumber(text) ? "a number" : "a boolean";
        wrong(
                path,
                scalar,
                "must be a string, but YAML reads "
                        + text
                        + " as "
                        + is
                        + ": write \""
                        + text
                        + "\"");
        return null;
    }

    private Optional<BigInteger> integer(Scalar scalar, String path, int bits) {
        Optional<BigInteger> number =
                scalar.plain() ? Scalars.integer(scalar.text()) : Optional.empty();
        if (number.isEmpty()) {
            String hint =
                    !scalar.plain() && Scalars.integer(scalar.text()).isPresent()
                            ? ": write it without quotes"
                            : "";
            wrong(path, scalar, "must be a whole number, not " + scalar.describe() + hint);
            return Optional.empty();
        }
        if (number.get().bitLength() >= bits) {
            wrong(path, scalar, scalar.describe() + " is out of range");
            return Optional.empty();
        }
        return number;
    }

    private @Nullable Boolean bool(Scalar scalar, String path) {
        Optional<Boolean> value = Scalars.bool(scalar);
        if (value.isPresent()) {
            return value.get();
        }
        // Kubernetes' readers take YAML 1.1's words for booleans where a boolean is wanted.
        if (scalar.plain() && Scalars.isBooleanWord(scalar.text())) {
            char first = Character.toLowerCase(scalar.text().charAt(0));
            return first == 'y' || scalar.text().equalsIgnoreCase("on");
        }
        wrong(path, scalar, "must be true or false, not " + scalar.describe());
        return null;
    }

    private @Nullable ByteString bytes(Scalar scalar, String path) {
        if (string(scalar, path) == null) {
            return null;
        }
        try {
            return ByteString.copyFrom(
                    Base64.getDecoder().decode(scalar.text().replaceAll("[\r\n]", "")));
        } catch (IllegalArgumentException e) {
            wrong(path, scalar, "must be base64: " + e.getMessage());
            return null;
        }
    }

    private @Nullable Double decimal(Scalar scalar, String path) {
        Optional<BigDecimal> number =
                scalar.plain() ? Scalars.decimal(scalar.text()) : Optional.empty();
        if (number.isEmpty()) {
            wrong(path, scalar, "must be a number, not " + scalar.describe());
            return null;
        }
        return number.get().doubleValue();
    }

    private @Nullable Quantity quantity(Scalar scalar, String path) {
        String text = scalar.text();
        if (scalar.plain()) {
            Optional<BigInteger> number = Scalars.integer(text);
            text = number.isPresent() && text.startsWith("0") ? number.get().toString() : text;
        }
        try {
            return Quantities.quantity(text.strip());
        } catch (IllegalArgumentException e) {
            wrong(path, scalar, scalar.describe() + " is no quantity: " + e.getMessage());
            return null;
        }
    }

    private Optional<Instant> time(Scalar scalar, String path) {
        try {
            return Optional.of(SpecialForms.instant(scalar.text()));
        } catch (DateTimeException e) {
            wrong(
                    path,
                    scalar,
                    "must be a time such as 2026-01-31T12:00:00Z, not " + scalar.describe());
            return Optional.empty();
        }
    }

    // Free-form JSON counts, too: aliases may blow it up.
    private boolean counts(Tree tree, String path) {
        if (!reading.enter(path, tree.at())) {
            return false;
        }
        return switch (tree) {
            case Scalar _ -> true;
            case Sequence(var items, _) -> items.stream().allMatch(item -> counts(item, path));
            case Mapping(var entries, _) ->
                    entries.stream().map(Entry::value).allMatch(value -> counts(value, path));
        };
    }

    private static String name(FieldDescriptor field) {
        return switch (field.getType()) {
            case INT32, INT64 -> "whole number";
            case BOOL -> "boolean";
            case DOUBLE -> "number";
            default -> "string";
        };
    }

    private void wrong(String path, Tree value, String message) {
        reading.error(path, value.at(), message);
    }
}
