package dev.gantry.agent.container;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Assembles classic BPF for seccomp (`linux/filter.h`, seccomp(2)): loads, tests, returns. Jumps
/// go forward to labels; one that is farther than the 255 instructions of a test goes by way of a
/// jump.
final class BpfAssembler {
    static final int LOAD = 0x20;
    static final int JUMP = 0x05;
    static final int JUMP_EQUAL = 0x15;
    static final int JUMP_AT_LEAST = 0x35;
    static final int JUMP_ANY_BIT = 0x45;
    static final int RETURN = 0x06;
    static final int OFFSET_NUMBER = 0;
    static final int OFFSET_ARCHITECTURE = 4;
    private static final int OFFSET_ARGUMENTS = 16;
    private static final int INSTRUCTION_BYTES = 8;
    private static final int NEXT = -1;

    /// One instruction; `yes` and `no` are labels, or [#NEXT].
    private record Instruction(int code, int yes, int no, int k) {}

    private final List<Instruction> code = new ArrayList<>();
    private final Map<Integer, Integer> places = new LinkedHashMap<>();
    private int labels;

    /// A place that is not known yet.
    int label() {
        return labels++;
    }

    /// The label stands for what comes next.
    void place(int label) {
        places.put(label, code.size());
    }

    void load(int offset) {
        code.add(new Instruction(LOAD, NEXT, NEXT, offset));
    }

    /// The low 32 bits of an argument.
    void loadArgument(int argument) {
        load(OFFSET_ARGUMENTS + 8 * argument);
    }

    void jump(int label) {
        code.add(new Instruction(JUMP, label, NEXT, 0));
    }

    /// Goes to the label when the test holds, else on.
    void jumpIf(int test, int k, int label) {
        // Tests reach 255 instructions, jumps everywhere: the test only hops over the jump.
        int past = label();
        code.add(new Instruction(test, NEXT, past, k));
        jump(label);
        place(past);
    }

    void give(int value) {
        code.add(new Instruction(RETURN, NEXT, NEXT, value));
    }

    /// The program in the kernel's form, in the byte order of all machines that Gantry runs on.
    byte[] assemble() {
        var out = ByteBuffer.allocate(code.size() * INSTRUCTION_BYTES);
        out.order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < code.size(); i++) {
            Instruction in = code.get(i);
            out.putShort((short) in.code());
            if (in.code() == JUMP) {
                out.put((byte) 0).put((byte) 0).putInt(distance(in.yes(), i));
            } else {
                out.put((byte) distance(in.yes(), i)).put((byte) distance(in.no(), i));
                out.putInt(in.k());
            }
        }
        return out.array();
    }

    private int distance(int label, int from) {
        if (label == NEXT) {
            return 0;
        }
        Integer place = places.get(label);
        if (place == null || place <= from) {
            throw new IllegalStateException("a jump goes nowhere or backward");
        }
        return place - from - 1;
    }
}
