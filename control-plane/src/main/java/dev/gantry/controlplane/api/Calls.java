package dev.gantry.controlplane.api;

import io.grpc.stub.StreamObserver;
import java.util.concurrent.Callable;

/// Answers calls that have one response, errors included.
public final class Calls {
    private Calls() {}

    /// Runs the call on the current (virtual) thread and answers with what it returns or throws.
    @SuppressWarnings("IllegalCatch")
    public static <R> void answer(StreamObserver<R> observer, Callable<R> call) {
        R response;
        try {
            response = call.call();
        } catch (Exception e) {
            observer.onError(Errors.of(e));
            return;
        }
        observer.onNext(response);
        observer.onCompleted();
    }
}
