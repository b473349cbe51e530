package dev.gantry.e2e.session;

import static dev.gantry.e2e.session.Objects.pod;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.gantry.api.stream.MessageStream;
import dev.gantry.api.v1.ExecRequest;
import dev.gantry.api.v1.ExecResponse;
import dev.gantry.api.v1.ExecStart;
import dev.gantry.api.v1.ImageProgress;
import dev.gantry.api.v1.ListImagesRequest;
import dev.gantry.api.v1.LoadImageRequest;
import dev.gantry.api.v1.LoadImageStart;
import dev.gantry.api.v1.LogsRequest;
import dev.gantry.api.v1.LogsResponse;
import dev.gantry.api.v1.PortForwardRequest;
import dev.gantry.api.v1.PortForwardResponse;
import dev.gantry.api.v1.PortForwardStart;
import dev.gantry.api.v1.PullImageRequest;
import dev.gantry.api.v1.RemoveImageRequest;
import dev.gantry.api.v1.TerminalSize;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TunnelTest {
    private static final long MIB = 1 << 20;

    @TempDir Path directory;
    private SessionBed bed;
    private final FakeWork work = new FakeWork();

    @BeforeEach
    void open() throws Exception {
        bed = new SessionBed(directory);
        bed.create(pod("p", "n1"));
        bed.create(pod("waiting", ""));
        bed.create(pod("far", "n9"));
        bed.agent("n1", work);
        Eventually.holds("the node is connected", () -> work.hasPod("p"));
    }

    @AfterEach
    void close() throws Exception {
        bed.close();
    }

    private static LogsRequest.Builder logsOf(String pod) {
        return LogsRequest.newBuilder().setNamespace("default").setPod(pod);
    }

    private MessageStream<ExecResponse, ExecRequest> exec() throws InterruptedException {
        MessageStream<ExecResponse, ExecRequest> call = MessageStream.calling();
        var _ = bed.pods().exec(call.responses());
        var start = ExecStart.newBuilder().setNamespace("default").setPod("p").addCommand("cat");
        call.write(ExecRequest.newBuilder().setStart(start).build());
        return call;
    }

    @Test
    void logsArriveWhole() {
        work.logBytes = 20 * MIB;
        long bytes = 0;
        var responses = bed.podsBlocking().logs(logsOf("p").build());
        while (responses.hasNext()) {
            bytes += responses.next().getData().size();
        }
        assertThat(bytes).isEqualTo(work.logBytes);
    }

    @Test
    void slowReaderSlowsTheNodeDown() {
        work.logBytes = 200 * MIB;
        var responses = bed.podsBlocking().logs(logsOf("p").build());
        responses.next();
        long before = -1;
        while (before != work.written.get()) {
            before = work.written.get();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
        assertThat(before).isLessThan(20 * MIB);
        long bytes = FakeWork.CHUNK;
        while (responses.hasNext()) {
            bytes += responses.next().getData().size();
        }
        assertThat(bytes).isEqualTo(work.logBytes);
    }

    @Test
    void callerThatGoesStopsTheNode() throws Exception {
        MessageStream<LogsResponse, LogsRequest> call = MessageStream.calling();
        bed.pods().logs(logsOf("p").setFollow(true).build(), call.responses());
        assertThat(call.read()).isPresent();
        assertThat(work.interrupted).hasValue(0);

        call.fail(Status.CANCELLED.withDescription("enough"));

        Eventually.holds("the node stops", () -> work.interrupted.get() == 1);
    }

    @Test
    void nodeThatGoesEndsTheCall() throws Exception {
        MessageStream<ExecResponse, ExecRequest> call = exec();
        assertThat(call.read().map(ExecResponse::getStarted)).contains(true);

        bed.nodes.sessions().of("n1").orElseThrow().close("lost for the test");

        assertThatThrownBy(() -> call.read()).hasMessageContaining("UNAVAILABLE");
    }

    @Test
    void execCarriesInputOutputAndExitCode() throws Exception {
        MessageStream<ExecResponse, ExecRequest> call = exec();
        assertThat(call.read().map(ExecResponse::getStarted)).contains(true);
        call.write(
                ExecRequest.newBuilder()
                        .setResize(TerminalSize.newBuilder().setColumns(80).setRows(24))
                        .build());
        assertThat(call.read().map(r -> r.getStderr().toStringUtf8())).contains("80x24");
        var hello = ByteString.copyFromUtf8("hello");
        call.write(ExecRequest.newBuilder().setStdin(hello).build());
        assertThat(call.read().map(ExecResponse::getStdout)).contains(hello);

        // A half-close is the end of the input, and the output still comes.
        call.complete();

        assertThat(call.read().map(r -> r.getStderr().toStringUtf8())).contains("cat 5");
        assertThat(call.read().map(ExecResponse::getExitCode)).contains(7);
        assertThat(call.read()).isEmpty();
    }

    @Test
    void portForwardCarriesBothWaysAndEnds() throws Exception {
        MessageStream<PortForwardResponse, PortForwardRequest> call = MessageStream.calling();
        var _ = bed.pods().portForward(call.responses());
        var start = PortForwardStart.newBuilder().setNamespace("default").setPod("p").setPort(80);
        call.write(PortForwardRequest.newBuilder().setStart(start).build());
        assertThat(call.read().map(PortForwardResponse::getConnected)).contains(true);
        var data = ByteString.copyFromUtf8("ping");
        call.write(PortForwardRequest.newBuilder().setData(data).build());
        assertThat(call.read().map(PortForwardResponse::getData)).contains(data);
        call.write(PortForwardRequest.newBuilder().setHalfClose(true).build());
        assertThat(call.read().map(r -> r.getData().toStringUtf8())).contains("bye");
        assertThat(call.read().map(PortForwardResponse::getHalfClose)).contains(true);
        assertThat(call.read()).isEmpty();
    }

    @Test
    void refusalsSayWhy() {
        assertThatThrownBy(() -> logs(logsOf("nobody")))
                .hasMessage("NOT_FOUND: pod default/nobody not found");
        assertThatThrownBy(() -> logs(logsOf("p").setContainer("x")))
                .hasMessage("NOT_FOUND: pod default/p has no container x; it has c");
        assertThatThrownBy(() -> logs(logsOf("p").setPrevious(true)))
                .hasMessage("NOT_FOUND: container c did not run before");
        assertThatThrownBy(() -> logs(logsOf("waiting")))
                .hasMessage(
                        "FAILED_PRECONDITION: pod default/waiting is not assigned to a node yet");
        assertThatThrownBy(() -> logs(logsOf("far")))
                .hasMessageContaining("UNAVAILABLE: node n9")
                .hasMessageContaining("is not connected");
    }

    private void logs(LogsRequest.Builder request) {
        bed.podsBlocking().logs(request.build()).forEachRemaining(_ -> {});
    }

    @Test
    void imagesAreListedPulledAndRemoved() {
        var listed = bed.images().list(ListImagesRequest.getDefaultInstance());
        assertThat(listed.getNodes(0).getImages(0).getNames(0)).isEqualTo("busybox:1");

        ImageProgress last = lastOf(bed.images().pull(pullOf("good")));
        assertThat(last.getDone()).isTrue();
        assertThat(last.getDigest()).isEqualTo("sha256:abc");
        assertThat(lastOf(bed.images().pull(pullOf("missing"))).getError())
                .isEqualTo("missing: no such image");

        var removed = bed.images().remove(removalOf("good"));
        assertThat(removed.getRemovedList()).containsExactly("good");
        assertThatThrownBy(() -> bed.images().remove(removalOf("missing")))
                .hasMessageContaining("NOT_FOUND: node n1: missing: no such image");
    }

    @Test
    void archiveIsLoadedWhole() throws Exception {
        MessageStream<ImageProgress, LoadImageRequest> call = MessageStream.calling();
        var _ = bed.imagesAsync().load(call.responses());
        var start = LoadImageStart.newBuilder().setName("mine:1");
        call.write(LoadImageRequest.newBuilder().setStart(start).build());
        var part = ByteString.copyFrom(new byte[(int) MIB]);
        for (int i = 0; i < 16; i++) {
            call.write(LoadImageRequest.newBuilder().setData(part).build());
        }
        call.complete();
        Optional<ImageProgress> progress = call.read();
        assertThat(progress.map(ImageProgress::getImage)).contains("mine:1");
        assertThat(progress.map(ImageProgress::getDone)).contains(true);
        assertThat(call.read()).isEmpty();
        assertThat(work.loaded).hasValue(16 * MIB);
    }

    private static PullImageRequest pullOf(String image) {
        return PullImageRequest.newBuilder().setImage(image).build();
    }

    private static RemoveImageRequest removalOf(String image) {
        return RemoveImageRequest.newBuilder().setImage(image).build();
    }

    private static ImageProgress lastOf(Iterator<ImageProgress> all) {
        ImageProgress last = ImageProgress.getDefaultInstance();
        while (all.hasNext()) {
            last = all.next();
        }
        return last;
    }
}
