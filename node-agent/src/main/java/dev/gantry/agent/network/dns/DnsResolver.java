package dev.gantry.agent.network.dns;

import dev.gantry.agent.network.dns.DnsRecord.Alias;
import dev.gantry.agent.network.dns.DnsRecord.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// Decides who answers a question: the cluster's zone, the cache, or a server upstream.
final class DnsResolver {

    private final Supplier<ClusterZone> zone;
    private final DnsForwarder forwarder;
    private final AtomicInteger turn = new AtomicInteger();

    DnsResolver(Supplier<ClusterZone> zone, DnsForwarder forwarder) {
        this.zone = zone;
        this.forwarder = forwarder;
    }

    /// The answer's bytes when no one need be asked; empty when [#ask] has to. Never blocks.
    Optional<byte[]> answerAtOnce(DnsQuery query, boolean stream) {
        if (query.opcode() != 0) {
            return Optional.of(own(DnsAnswer.failure(DnsWire.NOT_IMPLEMENTED), query, stream));
        }
        // Transfers are not for containers, and "any" is the question of amplifiers (RFC 8482).
        boolean refused =
                query.clazz() != DnsWire.CLASS_IN
                        || query.type() == DnsWire.TYPE_AXFR
                        || query.type() == DnsWire.TYPE_IXFR
                        || query.type() == DnsWire.TYPE_ANY;
        if (refused) {
            return Optional.of(own(DnsAnswer.failure(DnsWire.REFUSED), query, stream));
        }
        Optional<DnsAnswer> ours =
                zone.get().answer(query.name(), query.type(), turn.getAndIncrement());
        if (ours.isPresent()) {
            return alias(ours.get()).isPresent() && query.type() == DnsWire.TYPE_A
                    ? Optional.empty()
                    : Optional.of(own(ours.get(), query, stream));
        }
        return forwarder.cached(query).map(hit -> foreign(hit, query, stream));
    }

    /// Asks upstream; blocks for seconds at worst.
    byte[] ask(DnsQuery query, boolean stream) {
        Optional<DnsAnswer> ours = zone.get().answer(query.name(), query.type(), 0);
        if (ours.isPresent()) {
            return own(follow(ours.get(), query), query, stream);
        }
        return forwarder
                .ask(query)
                .map(hit -> foreign(hit, query, stream))
                .orElseGet(() -> failed(query, stream));
    }

    byte[] failed(DnsQuery query, boolean stream) {
        return own(DnsAnswer.failure(DnsWire.SERVER_FAILURE), query, stream);
    }

    /// A stub resolver does not ask on when it gets another name: the addresses go along.
    private DnsAnswer follow(DnsAnswer answer, DnsQuery query) {
        List<DnsRecord> records = new ArrayList<>(answer.records());
        String target = alias(answer).map(Alias::target).orElse("");
        Optional<DnsAnswer> local = zone.get().answer(target, query.type(), 0);
        if (local.isPresent()) {
            records.addAll(local.get().records());
        } else {
            DnsQuery next =
                    new DnsQuery(0, 0, true, target, query.type(), DnsWire.CLASS_IN, false, 512);
            forwarder
                    .cached(next)
                    .or(() -> forwarder.ask(next))
                    .ifPresent(hit ->
                            hit.response()
                                    .addresses()
                                    .forEach(each -> records.add(new Host(target, each))));
        }
        return new DnsAnswer(DnsWire.NO_ERROR, true, records, List.of());
    }

    private static Optional<Alias> alias(DnsAnswer answer) {
        return answer.records().stream()
                .filter(Alias.class::isInstance)
                .map(Alias.class::cast)
                .findFirst();
    }

    private static byte[] own(DnsAnswer answer, DnsQuery query, boolean stream) {
        return stream ? answer.toStream(query) : answer.toDatagram(query);
    }

    private static byte[] foreign(DnsCache.Hit hit, DnsQuery query, boolean stream) {
        return stream
                ? hit.response().toStream(query, hit.age())
                : hit.response().toDatagram(query, hit.age());
    }
}
