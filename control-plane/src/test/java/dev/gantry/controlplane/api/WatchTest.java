package dev.gantry.controlplane.api;

import static dev.gantry.controlplane.api.Clients.configMap;
import static dev.gantry.controlplane.api.Clients.error;
import static dev.gantry.controlplane.api.Clients.object;
import static dev.gantry.controlplane.api.Clients.pod;
import static dev.gantry.controlplane.api.Clients.ref;
import static dev.gantry.controlplane.api.Clients.write;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.v1.DeleteRequest;
import dev.gantry.api.v1.ResourcesGrpc;
import dev.gantry.api.v1.WatchRequest;
import dev.gantry.api.v1.WatchResponse;
import io.grpc.Context;
import java.util.Iterator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WatchTest {
    private ApiServerFixture fixture;
    private ResourcesGrpc.ResourcesBlockingStub client;

    @BeforeEach
    void start() throws InterruptedException {
        fixture = ApiServerFixture.start();
        client = ResourcesGrpc.newBlockingStub(fixture.adminChannel());
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void watchShowsPresentObjectsThenChanges() {
        create(configMap("a", "1"));
        var seen = watch(request().build());

        assertThat(next(seen)).isEqualTo("ADDED a");
        assertThat(next(seen)).isEqualTo("BOOKMARK");
        create(configMap("b", "1"));
        client.update(write(configMap("a", "2")));
        client.delete(DeleteRequest.newBuilder().setRef(ref(configMap("b", ""))).build());

        assertThat(next(seen, "BOOKMARK")).isEqualTo("ADDED b");
        assertThat(next(seen, "BOOKMARK")).isEqualTo("MODIFIED a");
        assertThat(next(seen, "BOOKMARK")).isEqualTo("DELETED b");
    }

    @Test
    void watchContinuesAfterARevision() {
        var first = create(configMap("a", "1"));
        create(configMap("b", "1"));

        var seen = watch(request().setResourceVersion(Meta.of(first).getResourceVersion()).build());

        assertThat(next(seen, "BOOKMARK")).isEqualTo("ADDED b");
    }

    @Test
    void objectAppearsAndVanishesAsItsSelectorSays() {
        create(pod("p", ""));
        var seen =
                watch(
                        WatchRequest.newBuilder()
                                .setKind(ref(Kinds.POD))
                                .setFieldSelector("status.phase=Running")
                                .build());
        assertThat(next(seen)).isEqualTo("BOOKMARK");

        status("p", "Running");
        status("p", "Failed");

        assertThat(next(seen, "BOOKMARK")).isEqualTo("ADDED p");
        assertThat(next(seen, "BOOKMARK")).isEqualTo("DELETED p");
    }

    @Test
    void wrongWatchIsRefused() {
        assertThat(error(() -> watch(request().setResourceVersion("x").build()).next()))
                .startsWith("INVALID_ARGUMENT INVALID resourceVersion");
        assertThat(error(() -> watch(request().setFieldSelector("a.b=1").build()).next()))
                .startsWith("INVALID_ARGUMENT INVALID fieldSelector");
    }

    @Test
    void stoppingServerEndsTheWatchWithAReason() {
        var seen = watch(request().build());
        next(seen);

        fixture.objects().close();

        assertThat(error(() -> next(seen, "BOOKMARK"))).startsWith("UNAVAILABLE");
    }

    @Test
    void cancelledWatchLeavesNothingBehind() {
        var cancellable = Context.current().withCancellation();
        var seen = cancellable.wrap(() -> watch(request().build()));
        var iterator = call(seen);
        next(iterator);

        cancellable.cancel(null);

        assertThat(error(() -> next(iterator, "BOOKMARK"))).startsWith("CANCELLED");
        assertThat(Meta.of(create(configMap("after", "1"))).getUid()).isNotEmpty();
    }

    private static <V> V call(java.util.concurrent.Callable<V> callable) {
        try {
            return callable.call();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void status(String name, String phase) {
        var changed =
                Meta.withStatusOf(
                        pod(name, ""), object(Kinds.POD, "status{phase:\"%s\"}".formatted(phase)));
        client.update(write(changed).toBuilder().setSubresource("status").build());
    }

    private static WatchRequest.Builder request() {
        return WatchRequest.newBuilder().setKind(ref(Kinds.CONFIG_MAP)).setNamespace("default");
    }

    private Iterator<WatchResponse> watch(WatchRequest request) {
        return client.watch(request);
    }

    private Message create(Message object) {
        return Wire.object(client.create(write(object)).getResults(0).getObject());
    }

    private static String next(Iterator<WatchResponse> seen) {
        var response = seen.next();
        return response.hasObject()
                ? response.getType() + " " + Meta.of(Wire.object(response.getObject())).getName()
                : response.getType().toString();
    }

    /// The next that is not of a type, which may come at any time.
    private static String next(Iterator<WatchResponse> seen, String skip) {
        var text = next(seen);
        while (text.equals(skip)) {
            text = next(seen);
        }
        return text;
    }
}
