package dev.gantry.controlplane.apply;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.gantry.api.apps.v1.Deployment;
import dev.gantry.api.core.v1.ConfigMap;
import dev.gantry.api.core.v1.Service;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.meta.v1.ObjectMeta;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// For random manifests A then B of one manager: what is stored is what B says, and nothing of A.
class ServerSideApplyPropertyTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final int DEPTH_MAX = 6;
    private static final List<Message> PROTOTYPES =
            List.of(
                    Deployment.getDefaultInstance(),
                    Service.getDefaultInstance(),
                    ConfigMap.getDefaultInstance());

    static IntStream seeds() {
        return IntStream.range(0, 300);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatIsStoredIsTheSecondManifest(int seed) {
        var random = new SplittableRandom(seed);
        var prototype = PROTOTYPES.get(random.nextInt(PROTOTYPES.size()));
        var a = manifest(prototype, random);
        var b = manifest(prototype, random);
        var live = ServerSideApply.create(a, "gantry", NOW);

        var merged = ServerSideApply.merge(live, b, "gantry", NOW);

        assertThat(bare(merged)).as("seed %d", seed).isEqualTo(bare(b));
        assertThat(Fields.of(bare(merged))).as("seed %d", seed).isEqualTo(Fields.of(b));
        assertThat(ServerSideApply.merge(merged, b, "gantry", NOW))
                .as("seed %d, applied again", seed)
                .isEqualTo(merged);
    }

    /// Without ownership, and without the empty messages at the top that say nothing.
    private static Message bare(Message object) {
        var bare = Meta.edit(object, ObjectMeta.Builder::clearManagedFields).toBuilder();
        for (var name : List.of("metadata", "spec")) {
            var field = bare.getDescriptorForType().findFieldByName(name);
            if (field != null && ((Message) bare.getField(field)).getAllFields().isEmpty()) {
                bare.clearField(field);
            }
        }
        return bare.build();
    }

    private static Message manifest(Message prototype, SplittableRandom random) {
        var filled = fill(prototype.newBuilderForType(), random, 0).build();
        var meta = ObjectMeta.newBuilder();
        for (int i = random.nextInt(3); i > 0; i--) {
            meta.putLabels("l" + random.nextInt(4), word(random));
        }
        var object = Meta.withStatusOf(Meta.with(filled, meta.build()), prototype);
        return bare(object);
    }

    private static Message.Builder fill(
            Message.Builder builder, SplittableRandom random, int depth) {
        for (var field : builder.getDescriptorForType().getFields()) {
            if (random.nextInt(depth < 4 ? 2 : 4) == 0) {
                fill(builder, field, random, depth);
            }
        }
        return builder;
    }

    private static void fill(
            Message.Builder builder, FieldDescriptor field, SplittableRandom random, int depth) {
        var isMessage = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
        if (field.getName().equals("managedFields") || (isMessage && depth >= DEPTH_MAX)) {
            return;
        }
        if (!field.isRepeated()) {
            builder.setField(field, value(builder, field, random, depth));
            return;
        }
        var keys = new java.util.HashSet<Object>();
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
            var value = value(builder, field, random, depth);
            if (keys.add(identity(field, value))) {
                builder.addRepeatedField(field, value);
            }
        }
    }

    private static Object identity(FieldDescriptor field, Object value) {
        if (field.isMapField()) {
            return ((com.google.protobuf.MapEntry<?, ?>) value).getKey();
        }
        if (Schema.isSet(field)) {
            return value;
        }
        return Schema.keys(field).isEmpty() ? new Object() : Schema.item(field, (Message) value);
    }

    private static Object value(
            Message.Builder owner, FieldDescriptor field, SplittableRandom random, int depth) {
        return switch (field.getJavaType()) {
            case MESSAGE -> fill(owner.newBuilderForField(field), random, depth + 1).build();
            case STRING -> word(random);
            case INT -> random.nextInt(3);
            case LONG -> (long) random.nextInt(3);
            case BOOLEAN -> random.nextBoolean();
            case BYTE_STRING -> com.google.protobuf.ByteString.copyFromUtf8(word(random));
            default -> throw new IllegalStateException(field.getFullName());
        };
    }

    private static String word(SplittableRandom random) {
        return "w" + random.nextInt(4);
    }
}
