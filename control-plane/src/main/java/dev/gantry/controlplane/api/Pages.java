package dev.gantry.controlplane.api;

import com.google.protobuf.Message;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Keeps listings of which pages are still to be sent, so that all pages show one revision.
/// Listings share their objects with the cache, so that one costs its list only. Thread-safe.
final class Pages {
    /// How long a listing waits for its next page.
    private static final Duration AGE_MAX = Duration.ofMinutes(5);

    /// Listings that wait at once; the oldest goes first. At 150,000 objects one is about 600 KiB.
    private static final int LISTINGS_MAX = 64;

    private final InstantSource clock;
    private final String replica;
    private final AtomicLong ids = new AtomicLong();
    private final ConcurrentHashMap<Long, Rest> waiting = new ConcurrentHashMap<>();

    /// @param replica differs between servers and between their starts: tokens of others expire
    Pages(InstantSource clock, String replica) {
        this.clock = clock;
        this.replica = replica;
    }

    /// The objects that are still to be sent.
    ///
    /// @param from index of the first of them
    record Rest(List<Message> objects, int from, long revision, String query, long keptAtMillis) {}

    /// Keeps what is left and names it.
    String keep(List<Message> objects, int from, long revision, String query) {
        drop();
        var id = ids.incrementAndGet();
        waiting.put(id, new Rest(objects, from, revision, query, clock.millis()));
        var token = replica + " " + id;
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(token.getBytes(StandardCharsets.UTF_8));
    }

    /// What a token names. It stays, so that a page that was lost on the way can be asked for
    /// again.
    ///
    /// @param query what the listing was asked for, which every page must ask for as well
    /// @throws ApiException when the token has expired or belongs to another query
    Rest take(String token, String query) {
        drop();
        var rest = parse(token).flatMap(id -> Optional.ofNullable(waiting.get(id)));
        if (rest.isEmpty()) {
            throw new ApiException(
                    ApiException.Reason.EXPIRED,
                    "the continue token has expired: list again from the start");
        }
        if (!rest.get().query().equals(query)) {
            throw ApiException.invalid("continue", "belongs to a listing with other selectors");
        }
        return rest.get();
    }

    private Optional<Long> parse(String token) {
        try {
            var text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
            var parts = text.split(" ", -1);
            return parts.length == 2 && parts[0].equals(replica)
                    ? Optional.of(Long.parseLong(parts[1]))
                    : Optional.empty();
        } catch (IllegalArgumentException _) {
            throw ApiException.invalid("continue", "is not a token of this server");
        }
    }

    private void drop() {
        var oldest = clock.millis() - AGE_MAX.toMillis();
        waiting.values().removeIf(rest -> rest.keptAtMillis() < oldest);
        if (waiting.size() >= LISTINGS_MAX) {
            var order = new ArrayDeque<>(waiting.keySet().stream().sorted().toList());
            Iterator<Long> ids = order.iterator();
            while (waiting.size() >= LISTINGS_MAX && ids.hasNext()) {
                waiting.remove(ids.next());
            }
        }
    }
}
