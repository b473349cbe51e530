package dev.gantry.api.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import dev.gantry.api.codec.Tree.Scalar;
import dev.gantry.api.intstr.IntOrString;
import dev.gantry.api.meta.v1.FieldsV1;
import dev.gantry.api.meta.v1.MicroTime;
import dev.gantry.api.meta.v1.Time;
import dev.gantry.api.quantity.IntOrStrings;
import dev.gantry.api.quantity.Quantities;
import dev.gantry.api.resource.Quantity;
import dev.gantry.api.runtime.RawExtension;
import dev.gantry.api.time.Times;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The messages that JSON shows as something else than their fields, and the one form that each is
/// kept in.
final class SpecialForms {
    private static final Set<Descriptor> SPECIAL =
            Set.of(
                    Quantity.getDescriptor(),
                    Time.getDescriptor(),
                    MicroTime.getDescriptor(),
                    IntOrString.getDescriptor(),
                    FieldsV1.getDescriptor(),
                    RawExtension.getDescriptor());
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    // RFC 3339 has four digits for the year.
    private static final Instant MIN = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant MAX = Instant.parse("9999-12-31T23:59:59.999999999Z");

    private SpecialForms() {}

    static boolean isSpecial(Descriptor descriptor) {
        return SPECIAL.contains(descriptor);
    }

    /// The form that the message is kept in; empty when it says nothing.
    ///
    /// @throws IllegalArgumentException when it holds no such value
    static Optional<Message> canonical(Message message) {
        return switch (message) {
            case Quantity q ->
                    Optional.of(
                            q.getString().isEmpty() ? ZERO : Quantities.quantity(q.getString()));
            case Time t ->
                    t.hasSeconds()
                            ? Optional.of(Times.of(inRange(Times.instant(t))))
                            : Optional.empty();
            case MicroTime t ->
                    t.hasSeconds()
                            ? Optional.of(Times.micro(inRange(Times.instant(t))))
                            : Optional.empty();
            case IntOrString v ->
                    Optional.of(
                            IntOrStrings.isString(v)
                                    ? IntOrStrings.of(v.getStrVal())
                                    : IntOrStrings.of(v.getIntVal()));
            case FieldsV1 f ->
                    f.getRaw().isEmpty() ? Optional.empty() : Optional.of(fields(tree(f.getRaw())));
            case RawExtension r -> r.getRaw().isEmpty() ? Optional.empty() : Optional.of(r);
            default -> Optional.of(message);
        };
    }

    /// Whether the canonical message is Go's zero value.
    static boolean isZero(Message message) {
        return switch (message) {
            case Quantity q -> q.getString().equals("0");
            case IntOrString v -> !IntOrStrings.isString(v) && v.getIntVal() == 0;
            default -> false;
        };
    }

    private static final Quantity ZERO = Quantity.newBuilder().setString("0").build();

    static Tree tree(Message message) {
        return switch (message) {
            case Quantity q -> Scalar.string(q.getString().isEmpty() ? "0" : q.getString());
            case Time t -> Scalar.string(SECONDS.format(Times.instant(t)));
            case MicroTime t -> Scalar.string(MICROS.format(Times.instant(t)));
            case IntOrString v ->
                    IntOrStrings.isString(v)
                            ? Scalar.string(v.getStrVal())
                            : Scalar.literal(v.getIntVal());
            case FieldsV1 f -> tree(f.getRaw());
            case RawExtension r -> tree(r.getRaw());
            default ->
                    throw new IllegalArgumentException(
                            message.getDescriptorForType().getFullName());
        };
    }

    static FieldsV1 fields(Tree tree) {
        return FieldsV1.newBuilder().setRaw(json(tree)).build();
    }

    static RawExtension raw(Tree tree) {
        return RawExtension.newBuilder().setRaw(json(tree)).build();
    }

    /// @throws DateTimeException when the text is no RFC 3339 time
    static Instant instant(String text) {
        Instant instant = OffsetDateTime.parse(text).toInstant();
        if (instant.isBefore(MIN) || instant.isAfter(MAX)) {
            throw new DateTimeException("year out of range");
        }
        return instant;
    }

    private static Instant inRange(Instant instant) {
        if (instant.isBefore(MIN) || instant.isAfter(MAX)) {
            throw new IllegalArgumentException("time out of range");
        }
        return instant;
    }

    private static ByteString json(Tree tree) {
        return ByteString.copyFromUtf8(JsonWriter.sorted(tree));
    }

    // Empty raw bytes are JSON's null.
    private static Tree tree(ByteString json) {
        List<Tree> values = new ArrayList<>();
        try {
            JsonTrees.read(json.toStringUtf8(), values);
        } catch (SyntaxException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        if (values.size() > 1) {
            throw new IllegalArgumentException("more than one JSON value");
        }
        return values.isEmpty() ? Scalar.literal("null") : values.getFirst();
    }
}
