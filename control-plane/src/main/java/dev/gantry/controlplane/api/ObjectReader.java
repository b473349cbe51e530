package dev.gantry.controlplane.api;

import com.google.protobuf.Message;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.v1.GetRequest;
import dev.gantry.api.v1.ListRequest;
import dev.gantry.api.v1.ListResponse;
import dev.gantry.api.v1.ResourceObject;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers reads from the cache. They are consistent while the store answers; while it does not,
/// the cache's last state is better than nothing.
final class ObjectReader {
    private static final Logger LOG = LoggerFactory.getLogger(ObjectReader.class);

    /// Objects to a page when the client does not say, and at most.
    private static final int PAGE_DEFAULT = 500;

    private static final int PAGE_MAX = 10_000;

    /// A page ends before it reaches this, whatever its limit: half of gRPC's bound, so that one
    /// more object of the store's size bound (1.5 MiB) still fits.
    private static final int PAGE_BYTES = ApiServer.MESSAGE_BYTES_MAX / 2;

    private final ObjectStore objects;
    private final Pages pages;

    ObjectReader(ObjectStore objects, Pages pages) {
        this.objects = objects;
        this.pages = pages;
    }

    ResourceObject get(GetRequest request) throws InterruptedException {
        var key = Wire.key(request.getRef());
        return Wire.object(find(key));
    }

    /// The object as it is now.
    ///
    /// @throws ApiException when there is none
    Message find(ObjectKey key) throws InterruptedException {
        refresh();
        return objects.get(key).orElseThrow(() -> Wire.notFound(key));
    }

    ListResponse list(ListRequest request) throws InterruptedException {
        if (request.getLimit() < 0) {
            throw ApiException.invalid("limit", "must not be negative");
        }
        var kind = Wire.kind(request.getKind());
        var query =
                String.join(
                        "\n",
                        kind.toString(),
                        request.getNamespace(),
                        request.getLabelSelector(),
                        request.getFieldSelector());
        var limit = request.getLimit() == 0 ? PAGE_DEFAULT : Math.min(request.getLimit(), PAGE_MAX);
        if (!request.getContinue().isEmpty()) {
            var rest = pages.take(request.getContinue(), query);
            return page(rest.objects(), rest.from(), rest.revision(), limit, query);
        }
        var filter =
                ObjectFilter.parse(kind, request.getLabelSelector(), request.getFieldSelector());
        refresh();
        var listing = objects.list(kind, kind.namespaced() ? request.getNamespace() : "");
        var selected = new ArrayList<Message>();
        for (var object : listing.objects()) {
            if (filter.matches(object)) {
                selected.add(object);
            }
        }
        return page(selected, 0, listing.revision(), limit, query);
    }

    private ListResponse page(List<Message> all, int from, long revision, int limit, String query) {
        var response = ListResponse.newBuilder().setResourceVersion(Long.toString(revision));
        var bytes = 0;
        var next = from;
        while (next < all.size() && next - from < limit && bytes < PAGE_BYTES) {
            var object = Wire.object(all.get(next));
            bytes += object.getSerializedSize();
            response.addItems(object);
            next++;
        }
        if (next < all.size()) {
            response.setContinue(pages.keep(all, next, revision, query))
                    .setRemaining(all.size() - next);
        }
        return response.build();
    }

    private void refresh() throws InterruptedException {
        try {
            objects.awaitFresh();
        } catch (StoreException e) {
            if (!e.retryable()) {
                throw e;
            }
            LOG.atWarn().setCause(e).log("store does not answer, read from the cache instead");
        }
    }
}
