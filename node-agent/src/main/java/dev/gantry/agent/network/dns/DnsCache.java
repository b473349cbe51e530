package dev.gantry.agent.network.dns;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Answers from upstream, also negative ones, until their time is over. Bounded: the one that was
/// asked for longest ago goes first.
final class DnsCache {

    /// Entries of at most 4 KiB: at worst 40 MiB, in practice 2.
    static final int ENTRIES_MAX = 10_000;

    record Key(String name, int type, int clazz, boolean edns) {
        static Key of(DnsQuery query) {
            return new Key(query.name(), query.type(), query.clazz(), query.edns());
        }
    }

    /// @param age whole seconds since it came
    record Hit(DnsResponse response, long age) {}

    private record Kept(DnsResponse response, Instant at, Instant until) {}

    private final Map<Key, Kept> entries =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Key, Kept> eldest) {
                    return size() > ENTRIES_MAX;
                }
            };

    synchronized Optional<Hit> find(DnsQuery query, Instant now) {
        Kept entry = entries.get(Key.of(query));
        if (entry == null) {
            return Optional.empty();
        }
        if (!now.isBefore(entry.until())) {
            entries.remove(Key.of(query));
            return Optional.empty();
        }
        return Optional.of(
                new Hit(entry.response(), Duration.between(entry.at(), now).toSeconds()));
    }

    synchronized void keep(DnsQuery query, DnsResponse response, Instant now) {
        long seconds = response.cacheSeconds();
        if (seconds > 0) {
            entries.put(Key.of(query), new Kept(response, now, now.plusSeconds(seconds)));
        }
    }
}
