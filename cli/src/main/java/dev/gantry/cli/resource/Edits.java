package dev.gantry.cli.resource;

import com.google.protobuf.Message;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.cli.session.Session;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.function.UnaryOperator;

/// Changes one object: reads it, and writes it unless somebody else did so meanwhile; then again.
public final class Edits {
    private static final int ATTEMPTS = 5;

    private Edits() {}

    /// @return the object as it is stored then
    public static Message edit(Session session, ObjectKey key, UnaryOperator<Message> change) {
        int attempt = 0;
        while (true) {
            Message before = session.client().get(key);
            Message after = change.apply(before);
            if (after.equals(before)) {
                return before;
            }
            try {
                return session.client().update(after);
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() != Status.Code.ABORTED || ++attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }
}
