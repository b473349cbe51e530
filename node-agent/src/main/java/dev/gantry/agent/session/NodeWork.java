package dev.gantry.agent.session;

import dev.gantry.api.v1.ExecStart;
import dev.gantry.api.v1.ImagePullProgress;
import dev.gantry.api.v1.ImageRecord;
import dev.gantry.api.v1.LoadOrder;
import dev.gantry.api.v1.LogsRequest;
import dev.gantry.api.v1.PortForwardStart;
import dev.gantry.api.v1.PullOrder;
import dev.gantry.api.v1.RemoveImageOrder;
import java.io.InputStream;
import java.util.List;
import java.util.function.Consumer;

/// What the session asks of the agent's core.
///
/// {@link #describe}, {@link #replaceAll} and {@link #apply} are called by one thread, one after
/// the other, and must return soon: they note the state and wake who acts on it. All others block
/// for as long as the request takes, each on its own virtual thread, which is interrupted when the
/// caller goes away. They report failure with {@link WorkException}.
public interface NodeWork {
    /// What is said about the node when a session opens. Called at each connection.
    NodeDescription describe();

    /// All that the node must know, in place of all it held before: pods that are not in it are to
    /// be stopped. At start this is the checkpoint, if there is one, before any connection.
    void replaceAll(NodeState state);

    /// The state after some objects changed, and which these are.
    void apply(NodeChanges changes);

    /// Writes a container's output to `sink` until its end, or for as long as it is followed.
    void logs(LogsRequest request, LogSink sink) throws InterruptedException;

    /// Runs a command in a container.
    ///
    /// @return its exit code, 128 + signal when a signal ended it
    int exec(ExecStart start, ExecStreams streams) throws InterruptedException;

    /// Joins the streams of a container's main process until it ends or the caller goes.
    ///
    /// @return the container's exit code
    int attach(ExecStart start, ExecStreams streams) throws InterruptedException;

    /// Carries one connection to a port of a pod, until both directions are closed.
    void portForward(PortForwardStart start, PortStreams streams) throws InterruptedException;

    /// Pulls an image.
    ///
    /// @param progress takes the bytes and layers so far; never waits, and may be called often. The
    ///   order's id and the last message (done) are the session's to fill in
    /// @return the digest of the image's manifest
    String pull(PullOrder order, Consumer<ImagePullProgress> progress) throws InterruptedException;

    /// Unpacks an archive of images.
    ///
    /// @param archive a docker-archive or OCI-layout tar; reading waits for the sender
    /// @return the images it held
    List<ImageRecord> load(
            LoadOrder order, InputStream archive, Consumer<ImagePullProgress> progress)
            throws InterruptedException;

    /// Removes an image's name, and what no other name needs.
    ///
    /// @return the names and digests that are gone
    List<String> removeImage(RemoveImageOrder order) throws InterruptedException;
}
