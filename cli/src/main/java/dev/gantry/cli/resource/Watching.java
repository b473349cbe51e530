package dev.gantry.cli.resource;

import com.google.protobuf.Message;
import dev.gantry.api.v1.WatchResponse;
import dev.gantry.cli.session.Client;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/// Lists a query and follows its changes, for ever: a lost connection is made again.
public final class Watching {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Client client;
    private final Client.Query query;

    public Watching(Client client, Client.Query query) {
        this.client = client;
        this.query = query;
    }

    /// Runs until the process ends, or the control plane stays away.
    ///
    /// @param listed hears what is there at first
    /// @param changed hears each change, deletions included
    public void run(Consumer<List<Message>> listed, Consumer<Message> changed)
            throws InterruptedException {
        Client.Listing listing = client.list(query);
        listed.accept(listing.objects());
        String revision = listing.revision();
        Deadline patience = new Deadline(PATIENCE);
        while (true) {
            try {
                Iterator<WatchResponse> changes = client.watch(query, revision, 0);
                while (changes.hasNext()) {
                    WatchResponse change = changes.next();
                    revision = change.getResourceVersion();
                    patience = new Deadline(PATIENCE);
                    if (change.hasObject()) {
                        changed.accept(Client.object(change.getObject()));
                    }
                }
            } catch (StatusRuntimeException e) {
                revision = after(e, revision);
            }
            if (!patience.pause()) {
                throw Status.UNAVAILABLE
                        .withDescription("the control plane did not come back")
                        .asRuntimeException();
            }
        }
    }

    // A revision that is too old starts afresh: what is there comes again.
    private static String after(StatusRuntimeException e, String revision) {
        return switch (e.getStatus().getCode()) {
            case UNAVAILABLE, INTERNAL -> revision;
            case OUT_OF_RANGE -> "";
            default -> throw e;
        };
    }
}
