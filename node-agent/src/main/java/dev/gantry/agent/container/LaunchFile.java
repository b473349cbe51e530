package dev.gantry.agent.container;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// What the shim is told: numbered records, little endian. The format and its bounds stand in the
/// shim's `launchfile.h`, which has the same numbers; it checks everything again.
final class LaunchFile {
    /// Modes of the shim.
    enum Mode {
        SANDBOX(1),
        LAUNCH(2),
        EXEC(3);

        private final int number;

        Mode(int number) {
            this.number = number;
        }

        /// The word that the shim is started with.
        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /// What a record says.
    enum Tag {
        ID(1),
        DIRECTORY(2),
        USER_NS(3),
        NET_NS(4),
        IPC_NS(5),
        UTS_NS(6),
        PID_NS(7),
        FLAGS(8),
        HOSTNAME(9),
        ID_RANGE(10),
        ARGUMENT(11),
        ENVIRONMENT(12),
        WORK_DIRECTORY(13),
        USER(14),
        GROUP(15),
        LAYER_ROOT(20),
        LAYER(21),
        UPPER(22),
        WORK(23),
        MOUNT(30),
        DEVICE(31),
        MASK(32),
        READ_ONLY(33),
        CAPABILITIES(40),
        SECCOMP(41),
        CGROUP_JOIN(50),
        SHIM_CGROUP(51),
        CGROUP_DIRECTORY(52),
        OOM_FILE(53),
        RESOURCE_LIMIT(60),
        OOM_SCORE(61),
        SYSCTL(62),
        LOG(70),
        TERMINAL_SIZE(71);

        private final int number;

        Tag(int number) {
            this.number = number;
        }

        static Tag of(int number) {
            for (Tag tag : values()) {
                if (tag.number == number) {
                    return tag;
                }
            }
            throw new IllegalArgumentException("no launch record has the number " + number);
        }
    }

    static final int FLAG_TERMINAL = 1;
    static final int FLAG_STDIN = 2;
    static final int FLAG_STDIN_ONCE = 4;
    static final int FLAG_READ_ONLY_ROOT = 8;
    static final int FLAG_NO_NEW_PRIVILEGES = 16;
    static final int FLAG_OWN_PID = 32;
    static final int FLAG_OWN_CGROUP = 64;
    static final int FLAG_OWN_NET = 128;
    static final int FLAG_OWN_IPC = 256;
    static final int FLAG_OWN_UTS = 512;

    private static final int VERSION = 1;
    private static final int HEADER_BYTES = 16;
    private static final int RECORD_BYTES = 8;
    private static final byte[] MAGIC = "GNTR".getBytes(StandardCharsets.US_ASCII);

    private final List<Entry> records = new ArrayList<>();

    /// One record as it is on disk.
    @SuppressWarnings("ArrayRecordComponent") // never compared, and only read
    record Entry(Tag tag, byte[] payload) {
        int number() {
            return ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).getInt();
        }

        /// The string that a record of one string holds.
        String string() {
            return new String(payload, 0, payload.length - 1, StandardCharsets.UTF_8);
        }
    }

    List<Entry> records() {
        return records;
    }

    LaunchFile copy(Entry r) {
        records.add(r);
        return this;
    }

    LaunchFile string(Tag tag, String value) {
        return add(tag, new Payload().string(value));
    }

    LaunchFile number(Tag tag, int value) {
        return add(tag, new Payload().number(value));
    }

    LaunchFile bytes(Tag tag, byte[] value) {
        records.add(new Entry(tag, value.clone()));
        return this;
    }

    LaunchFile add(Tag tag, Payload payload) {
        records.add(new Entry(tag, payload.bytes()));
        return this;
    }

    /// The whole file.
    byte[] encode(Mode mode) {
        int size = HEADER_BYTES;
        for (Entry r : records) {
            size += RECORD_BYTES + padded(r.payload().length);
        }
        var out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC).putShort((short) VERSION).putShort((short) mode.number);
        out.putInt(size).putInt(records.size());
        for (Entry r : records) {
            out.putShort((short) r.tag().number).putShort((short) 0).putInt(r.payload().length);
            out.put(r.payload());
            out.position(out.position() + padded(r.payload().length) - r.payload().length);
        }
        return out.array();
    }

    /// Reads what [#encode] wrote, for the defaults of an exec.
    static LaunchFile decode(byte[] bytes) {
        var in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        in.position(HEADER_BYTES - Integer.BYTES);
        int count = in.getInt();
        var file = new LaunchFile();
        for (int i = 0; i < count; i++) {
            Tag tag = Tag.of(in.getShort());
            in.getShort();
            var payload = new byte[in.getInt()];
            in.get(payload);
            in.position(in.position() + padded(payload.length) - payload.length);
            file.records.add(new Entry(tag, payload));
        }
        return file;
    }

    private static int padded(int length) {
        return (length + 7) & ~7;
    }

    /// The parts of one record.
    static final class Payload {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Payload number(int value) {
            for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
                out.write(value >>> shift);
            }
            return this;
        }

        Payload wide(long value) {
            return number((int) value).number((int) (value >>> Integer.SIZE));
        }

        Payload string(String value) {
            if (value.indexOf('\0') >= 0) {
                throw new LaunchException("spec", 0, "a value holds a NUL character");
            }
            out.writeBytes(value.getBytes(StandardCharsets.UTF_8));
            out.write(0);
            return this;
        }

        byte[] bytes() {
            return out.toByteArray();
        }
    }
}
