package dev.gantry.agent.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SeccompFiltersTest {
    private static final int ALLOW = 0x7FFF0000;
    private static final int EPERM = 0x00050001;
    private static final int ENOSYS = 0x00050026;
    private static final int AMD64 = 0xC000003E;
    private static final int ARM64 = 0xC00000B7;
    private static final Set<String> NONE = Set.of();

    /// Runs a program as the kernel would, for the few instructions that are used.
    private static int run(byte[] program, int architecture, int number, long... arguments) {
        var data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        data.putInt(0, number).putInt(4, architecture);
        for (int i = 0; i < arguments.length; i++) {
            data.putLong(16 + 8 * i, arguments[i]);
        }
        var code = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
        int accumulator = 0;
        int at = 0;
        while (true) {
            int operation = code.getShort(8 * at);
            int yes = code.get(8 * at + 2) & 0xFF;
            int no = code.get(8 * at + 3) & 0xFF;
            int k = code.getInt(8 * at + 4);
            at++;
            switch (operation) {
                case BpfAssembler.LOAD -> accumulator = data.getInt(k);
                case BpfAssembler.JUMP -> at += k;
                case BpfAssembler.JUMP_EQUAL -> at += accumulator == k ? yes : no;
                case BpfAssembler.JUMP_AT_LEAST ->
                        at += Integer.compareUnsigned(accumulator, k) >= 0 ? yes : no;
                case BpfAssembler.JUMP_ANY_BIT -> at += (accumulator & k) != 0 ? yes : no;
                case BpfAssembler.RETURN -> {
                    return k;
                }
                default -> throw new AssertionError("instruction " + operation);
            }
        }
    }

    private static byte[] program(String architecture, Set<String> capabilities) {
        return SeccompFilters.program(SeccompProfile.defaults(architecture, capabilities));
    }

    @Test
    void everyNumberMeetsItsRule() {
        for (String architecture : new String[] {"amd64", "aarch64"}) {
            var profile = SeccompProfile.defaults(architecture, NONE);
            byte[] program = SeccompFilters.program(profile);
            for (int number = 0; number <= profile.newest(); number++) {
                var rule = profile.rules().get(number);
                int expected =
                        switch (rule) {
                            case SeccompProfile.Allow _ -> ALLOW;
                            case SeccompProfile.Refuse refuse -> 0x50000 | refuse.errno();
                            case SeccompProfile.AllowWhen _ -> -1;
                            case null -> EPERM;
                        };
                if (expected != -1) {
                    assertThat(run(program, profile.architecture(), number))
                            .as("%s %d", architecture, number)
                            .isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void knownCallsAreDecidedAsDockerDoes() {
        byte[] program = program("amd64", NONE);

        assertThat(run(program, AMD64, 0)).as("read").isEqualTo(ALLOW);
        assertThat(run(program, AMD64, 165)).as("mount").isEqualTo(EPERM);
        assertThat(run(program, AMD64, 272)).as("unshare").isEqualTo(EPERM);
        assertThat(run(program, AMD64, 435)).as("clone3").isEqualTo(ENOSYS);
        assertThat(run(program, AMD64, 425)).as("io_uring_setup").isEqualTo(EPERM);
        assertThat(run(program, AMD64, 250)).as("keyctl").isEqualTo(EPERM);
        assertThat(run(program, ARM64, 0)).as("another architecture").isEqualTo(ENOSYS);
        assertThat(run(program, AMD64, 0x40000000)).as("x32").isEqualTo(ENOSYS);
        assertThat(run(program, AMD64, 9999)).as("newer than the table").isEqualTo(ENOSYS);
    }

    @Test
    void argumentsDecide() {
        byte[] program = program("amd64", NONE);

        assertThat(run(program, AMD64, 56, 0x11)).as("fork").isEqualTo(ALLOW);
        assertThat(run(program, AMD64, 56, 0x10000000L)).as("CLONE_NEWUSER").isEqualTo(EPERM);
        assertThat(run(program, AMD64, 41, 2)).as("AF_INET").isEqualTo(ALLOW);
        assertThat(run(program, AMD64, 41, 40)).as("AF_VSOCK").isEqualTo(EPERM);
        assertThat(run(program, AMD64, 135, 0xFFFFFFFFL)).as("personality").isEqualTo(ALLOW);
        assertThat(run(program, AMD64, 135, 0x40000L)).as("no ASLR").isEqualTo(EPERM);
    }

    @Test
    void capabilitiesOpenTheirCalls() {
        byte[] program = program("amd64", Set.of("SYS_ADMIN"));

        assertThat(run(program, AMD64, 165)).as("mount").isEqualTo(ALLOW);
        assertThat(run(program, AMD64, 56, 0x10000000L)).as("CLONE_NEWUSER").isEqualTo(ALLOW);
        assertThat(run(program, AMD64, 435)).as("clone3").isEqualTo(ALLOW);
        assertThat(run(program, AMD64, 169)).as("reboot").isEqualTo(EPERM);
    }

    @Test
    void programFitsTheKernel() {
        assertThat(program("amd64", NONE).length / 8).isLessThan(1000);
    }
}
