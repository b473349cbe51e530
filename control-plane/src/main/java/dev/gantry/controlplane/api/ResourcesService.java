package dev.gantry.controlplane.api;

import dev.gantry.api.v1.ApplyRequest;
import dev.gantry.api.v1.DeleteRequest;
import dev.gantry.api.v1.GetRequest;
import dev.gantry.api.v1.ListRequest;
import dev.gantry.api.v1.ListResponse;
import dev.gantry.api.v1.PatchRequest;
import dev.gantry.api.v1.ResourceObject;
import dev.gantry.api.v1.ResourcesGrpc;
import dev.gantry.api.v1.WatchRequest;
import dev.gantry.api.v1.WatchResponse;
import dev.gantry.api.v1.WriteRequest;
import dev.gantry.api.v1.WriteResponse;
import dev.gantry.controlplane.cache.ObjectStore;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.InstantSource;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// `Resources` over gRPC: objects of every kind.
public final class ResourcesService extends ResourcesGrpc.ResourcesImplBase {
    private final ObjectStore objects;
    private final ObjectReader reader;
    private final ObjectWriter writer;
    private final WritePlans plans;
    private final Deletion deletion;

    /// @param serviceRange where Services get their addresses, such as `10.201.0.0/16`
    /// @param random for names, uids and addresses
    public ResourcesService(
            ObjectStore objects, String serviceRange, InstantSource clock, RandomGenerator random) {
        this.objects = objects;
        this.reader =
                new ObjectReader(
                        objects, new Pages(clock, new UUID(random.nextLong(), 0).toString()));
        this.writer = new ObjectWriter(objects, new ServiceAddresses(serviceRange, random));
        this.plans = new WritePlans(objects, new Preparation(random), clock);
        this.deletion = new Deletion(objects, clock);
    }

    @Override
    public void get(GetRequest request, StreamObserver<ResourceObject> observer) {
        Calls.answer(observer, () -> reader.get(request));
    }

    @Override
    public void list(ListRequest request, StreamObserver<ListResponse> observer) {
        Calls.answer(observer, () -> reader.list(request));
    }

    @Override
    @SuppressWarnings("IllegalCatch")
    public void watch(WatchRequest request, StreamObserver<WatchResponse> observer) {
        try {
            WatchStream.start(objects, request, (ServerCallStreamObserver<WatchResponse>) observer);
        } catch (RuntimeException e) {
            observer.onError(Errors.of(e));
        }
    }

    @Override
    public void create(WriteRequest request, StreamObserver<WriteResponse> observer) {
        Calls.answer(observer, () -> writer.write(plans.create(request), request.getDryRun()));
    }

    @Override
    public void update(WriteRequest request, StreamObserver<WriteResponse> observer) {
        Calls.answer(observer, () -> writer.write(plans.update(request), request.getDryRun()));
    }

    @Override
    public void patch(PatchRequest request, StreamObserver<ResourceObject> observer) {
        Calls.answer(
                observer,
                () ->
                        writer.write(plans.patch(request), request.getDryRun())
                                .getResults(0)
                                .getObject());
    }

    @Override
    public void apply(ApplyRequest request, StreamObserver<WriteResponse> observer) {
        Calls.answer(observer, () -> writer.write(plans.apply(request), request.getDryRun()));
    }

    @Override
    public void delete(DeleteRequest request, StreamObserver<ResourceObject> observer) {
        Calls.answer(observer, () -> deletion.delete(request));
    }
}
