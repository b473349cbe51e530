package dev.gantry.agent.container;

import java.nio.file.Path;

/// A runtime in a process of its own, to be killed: launches what it is told and waits for ever.
final class AdoptedHost {
    private AdoptedHost() {}

    public static void main(String[] arguments) throws Exception {
        var host = new TestHost(Path.of(arguments[0]), arguments[1]);
        for (int i = 2; i < arguments.length; i++) {
            Started started =
                    host.runtime.launch(
                            host.spec(
                                    "c" + (i - 2), ProcessSpec.of("/bin/sh", "-c", arguments[i])));
            System.out.println("pid " + started.pid());
        }
        System.out.println("ready");
        System.in.read();
    }
}
