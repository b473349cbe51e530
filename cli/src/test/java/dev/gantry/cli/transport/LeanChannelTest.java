package dev.gantry.cli.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import dev.gantry.api.stream.MessageStream;
import dev.gantry.api.v1.ExecRequest;
import dev.gantry.api.v1.ExecResponse;
import dev.gantry.api.v1.LogsRequest;
import dev.gantry.api.v1.LogsResponse;
import dev.gantry.api.v1.PodsGrpc;
import dev.gantry.cli.fixture.TestServer;
import dev.gantry.cli.session.Context;
import dev.gantry.cli.session.Failures;
import dev.gantry.cli.session.Session;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Against a real grpc-netty server: here with mutual TLS, in [LocalChannelTest] on a socket of the
/// host.
@Timeout(60)
class LeanChannelTest {
    private static final int LARGE = 9 << 20;
    private static final int MANY = 300;
    private static final int CHUNK = 100_000;

    private final Peer peer = new Peer();
    private TestServer server;
    private ManagedChannel channel;

    /// Logs: what the pod's name says. Exec: echoes.
    private static final class Peer extends PodsGrpc.PodsImplBase {
        final CountDownLatch cancelled = new CountDownLatch(1);
        final AtomicInteger sent = new AtomicInteger();

        @Override
        public void logs(LogsRequest request, StreamObserver<LogsResponse> responses) {
            var call = (ServerCallStreamObserver<LogsResponse>) responses;
            switch (request.getPod()) {
                case "large" -> finish(call, bytes(LARGE));
                case "hang" -> call.setOnCancelHandler(cancelled::countDown);
                case "many" -> {
                    // Handlers can be set only until this method returns.
                    var stream = MessageStream.<LogsRequest, LogsResponse>serving(call);
                    Thread.ofVirtual().start(() -> many(stream));
                }
                case "refused" -> call.onError(StatusProto.toStatusRuntimeException(refusal()));
                default ->
                        call.onError(
                                Status.NOT_FOUND
                                        .withDescription("pod ümlaut 100% missing")
                                        .asException());
            }
        }

        private static void finish(StreamObserver<LogsResponse> call, ByteString data) {
            call.onNext(LogsResponse.newBuilder().setData(data).build());
            call.onCompleted();
        }

        private void many(MessageStream<LogsRequest, LogsResponse> stream) {
            try {
                for (int i = 0; i < MANY; i++) {
                    stream.write(LogsResponse.newBuilder().setData(bytes(CHUNK)).build());
                    sent.incrementAndGet();
                }
                stream.complete();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }

        private static com.google.rpc.Status refusal() {
            var field =
                    BadRequest.FieldViolation.newBuilder()
                            .setField("spec.replicas")
                            .setDescription("must not be negative");
            return com.google.rpc.Status.newBuilder()
                    .setCode(Status.Code.INVALID_ARGUMENT.value())
                    .setMessage("invalid")
                    .addDetails(
                            com.google.protobuf.Any.pack(
                                    BadRequest.newBuilder().addFieldViolations(field).build()))
                    .build();
        }

        @Override
        public StreamObserver<ExecRequest> exec(StreamObserver<ExecResponse> responses) {
            return new StreamObserver<>() {
                @Override
                public void onNext(ExecRequest request) {
                    responses.onNext(
                            ExecResponse.newBuilder().setStdout(request.getStdin()).build());
                }

                @Override
                public void onError(Throwable cause) {
                    cancelled.countDown();
                }

                @Override
                public void onCompleted() {
                    responses.onNext(ExecResponse.newBuilder().setExitCode(7).build());
                    responses.onCompleted();
                }
            };
        }
    }

    private static ByteString bytes(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) ((i * 31) >> 3);
        }
        return ByteString.copyFrom(bytes);
    }

    /// The kind of server that the tests are against.
    TestServer serve(BindableService service) throws IOException {
        return new TestServer(service);
    }

    @BeforeEach
    void connect() throws Exception {
        server = serve(peer);
        channel = Session.channel(server.context());
    }

    @AfterEach
    void close() {
        channel.shutdownNow();
        server.close();
    }

    private PodsGrpc.PodsBlockingStub pods() {
        return PodsGrpc.newBlockingStub(channel);
    }

    private static LogsRequest of(String pod) {
        return LogsRequest.newBuilder().setPod(pod).build();
    }

    @Test
    void messageLargerThanEveryWindowArrives() {
        assertThat(pods().logs(of("large")).next().getData()).isEqualTo(bytes(LARGE));
    }

    @Test
    void streamArrivesWholeAndInOrderThoughReadSlowly() {
        Iterator<LogsResponse> responses = pods().logs(of("many"));
        int count = 0;
        int sentAfterFirst = 0;
        while (responses.hasNext()) {
            assertThat(responses.next().getData()).isEqualTo(bytes(CHUNK));
            count++;
            if (count == 1) {
                sentAfterFirst = settled();
            }
        }

        assertThat(count).isEqualTo(MANY);
        // A reader that does not read holds the sender back: windows are far smaller than it all.
        assertThat(sentAfterFirst).isLessThan(MANY / 2);
    }

    // The server's count once it has stopped growing.
    private int settled() {
        int before = -1;
        while (before != peer.sent.get()) {
            before = peer.sent.get();
            java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
        }
        return before;
    }

    @Test
    void bothSidesTalkAtOnce() throws Exception {
        MessageStream<ExecResponse, ExecRequest> call = MessageStream.calling();
        PodsGrpc.newStub(channel).exec(call.responses());
        Thread writer = Thread.ofVirtual().start(() -> write(call));

        for (int i = 0; i < MANY; i++) {
            assertThat(call.read().orElseThrow().getStdout()).isEqualTo(bytes(CHUNK));
        }

        assertThat(call.read().map(ExecResponse::getExitCode)).isEqualTo(Optional.of(7));
        assertThat(call.read()).isEmpty();
        writer.join();
    }

    private static void write(MessageStream<ExecResponse, ExecRequest> call) {
        try {
            for (int i = 0; i < MANY; i++) {
                call.write(ExecRequest.newBuilder().setStdin(bytes(CHUNK)).build());
            }
            call.complete();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void cancelledCallEndsAtTheServer() throws Exception {
        MessageStream<ExecResponse, ExecRequest> call = MessageStream.calling();
        PodsGrpc.newStub(channel).exec(call.responses());
        call.write(ExecRequest.newBuilder().setStdin(bytes(1)).build());
        call.read();

        call.fail(Status.CANCELLED);

        assertThat(peer.cancelled.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void deadlineEndsACallThatHangs() {
        var responses = pods().withDeadlineAfter(200, TimeUnit.MILLISECONDS).logs(of("hang"));

        assertThatThrownBy(responses::hasNext)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e ->
                                assertThat(e.getStatus().getCode())
                                        .isEqualTo(Status.Code.DEADLINE_EXCEEDED));
    }

    @Test
    void statusAndItsTextArrive() {
        var responses = pods().logs(of("none"));

        assertThatThrownBy(responses::hasNext).hasMessage("NOT_FOUND: pod ümlaut 100% missing");
    }

    @Test
    void detailsOfAnErrorArrive() {
        var responses = pods().logs(of("refused"));

        assertThatThrownBy(responses::hasNext)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e ->
                                assertThat(Failures.violations(e))
                                        .containsExactly(
                                                new Failures.Violation(
                                                        "spec.replicas", "must not be negative")));
    }

    @Test
    void manyCallsShareTheConnection() throws Exception {
        var threads = new java.util.ArrayList<Thread>();
        var good = new AtomicInteger();
        for (int i = 0; i < 20; i++) {
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                pods().logs(of("large"))
                                        .forEachRemaining(r -> good.incrementAndGet());
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(good).hasValue(20);
    }

    @Test
    void serverThatIsNotThereIsNamed() {
        Context gone = server.context();
        server.close();
        ManagedChannel lonely = Session.channel(gone);

        assertThatThrownBy(() -> PodsGrpc.newBlockingStub(lonely).logs(of("x")).hasNext())
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e ->
                                assertThat(Failures.text(e))
                                        .startsWith("cannot reach the control plane at localhost:")
                                        .contains("connection refused")
                                        .contains("gantry up"));
    }
}
