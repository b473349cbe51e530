package dev.gantry.cli.pod;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/// Hears when the terminal's window changes its size (SIGWINCH). The JDK's class for signals is not
/// part of its documented interface, so it is found by name, and done without where it is not.
final class WindowSignal {
    private WindowSignal() {}

    static void onResize(Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> listener = Class.forName("sun.misc.SignalHandler");
            InvocationHandler heard =
                    (self, method, arguments) ->
                            switch (method.getName()) {
                                case "hashCode" -> System.identityHashCode(self);
                                case "equals" -> false;
                                case "toString" -> "WindowSignal";
                                default -> {
                                    action.run();
                                    yield null;
                                }
                            };
            Object proxy =
                    Proxy.newProxyInstance(
                            WindowSignal.class.getClassLoader(), new Class<?>[] {listener}, heard);
            signal.getMethod("handle", signal, listener)
                    .invoke(null, signal.getConstructor(String.class).newInstance("WINCH"), proxy);
        } catch (ReflectiveOperationException | IllegalArgumentException _) {
            // Only the size is not passed on then.
        }
    }
}
