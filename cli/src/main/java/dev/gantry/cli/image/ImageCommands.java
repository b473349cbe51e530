package dev.gantry.cli.image;

import com.google.protobuf.ByteString;
import dev.gantry.api.stream.MessageStream;
import dev.gantry.api.v1.ImageProgress;
import dev.gantry.api.v1.ImageRecord;
import dev.gantry.api.v1.ListImagesRequest;
import dev.gantry.api.v1.LoadImageRequest;
import dev.gantry.api.v1.LoadImageStart;
import dev.gantry.api.v1.NodeImages;
import dev.gantry.api.v1.PullImageRequest;
import dev.gantry.api.v1.RemoveImageRequest;
import dev.gantry.cli.command.Arguments;
import dev.gantry.cli.command.Command;
import dev.gantry.cli.command.Option;
import dev.gantry.cli.command.UsageException;
import dev.gantry.cli.output.Sizes;
import dev.gantry.cli.output.TableLayout;
import dev.gantry.cli.session.CommandException;
import dev.gantry.cli.session.Reasons;
import dev.gantry.cli.session.Session;
import dev.gantry.cli.session.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/// `images`, `pull`, `load` and `rmi`.
public final class ImageCommands {
    private static final int CHUNK = 64 * 1024;
    private static final Option NODE = Option.of("node", "NAME", "on this node only");

    private ImageCommands() {}

    public static Command images() {
        return Command.named("images,image", "Show the images that nodes hold")
                .options(
                        NODE,
                        Option.flag("digests", "with digests"),
                        Option.flag("quiet", 'q', "only the names"))
                .examples("gantry images", "gantry images --node n1 --digests")
                .does(ImageCommands::list);
    }

    public static Command pull() {
        return Command.named("pull", "Make nodes pull an image")
                .usage("IMAGE")
                .options(NODE, Option.of("user", "NAME:PASSWORD", "for the registry"))
                .examples(
                        "gantry pull debian:12", "gantry pull registry.local:5000/app:1 --node n1")
                .does(ImageCommands::pull);
    }

    public static Command load() {
        return Command.named("load", "Give nodes an image from a file (docker or OCI tar)")
                .usage("-i FILE")
                .options(
                        Option.of("input", 'i', "FILE", "the tar, or - for input"),
                        Option.of("name", "NAME", "for an image that the file does not name"),
                        NODE)
                .examples("gantry load -i web.tar", "docker save web:1 | gantry load -i -")
                .does(ImageCommands::load);
    }

    public static Command remove() {
        return Command.named("rmi", "Remove an image from nodes")
                .usage("IMAGE...")
                .options(NODE)
                .examples("gantry rmi debian:12")
                .does(ImageCommands::remove);
    }

    private static int list(Arguments arguments, Session session) throws InterruptedException {
        arguments.atMost(1);
        String only = arguments.words().isEmpty() ? "" : arguments.words().getFirst();
        var response =
                session.client()
                        .images()
                        .list(
                                ListImagesRequest.newBuilder()
                                        .setNode(arguments.value("node", ""))
                                        .build());
        List<List<String>> rows = new ArrayList<>();
        boolean digests = arguments.has("digests");
        for (NodeImages node : response.getNodesList()) {
            for (ImageRecord image : node.getImagesList()) {
                for (String name : ImageNames.of(image)) {
                    if (name.contains(only)) {
                        rows.add(row(node.getNode(), image, name, digests));
                    }
                }
            }
        }
        if (arguments.has("quiet")) {
            rows.stream().map(List::getFirst).distinct().forEach(session.console()::line);
            return 0;
        }
        List<String> header = new ArrayList<>(List.of("IMAGE", "IMAGE ID", "SIZE", "NODE"));
        if (digests) {
            header.add("DIGEST");
        }
        rows.addFirst(header);
        int width = session.console().outTerminal() ? Terminal.width() : 0;
        new TableLayout(width).lines(rows).forEach(session.console()::line);
        return 0;
    }

    private static List<String> row(String node, ImageRecord image, String name, boolean digests) {
        List<String> row = new ArrayList<>();
        row.add(name);
        row.add(ImageNames.shortId(image));
        row.add(Sizes.of(image.getSize()));
        row.add(node);
        if (digests) {
            row.add(image.getDigest());
        }
        return row;
    }

    private static int pull(Arguments arguments, Session session) throws InterruptedException {
        arguments.atMost(1);
        String[] user = arguments.value("user", ":").split(":", 2);
        if (user.length != 2) {
            throw new UsageException("--user must be NAME:PASSWORD");
        }
        var request =
                PullImageRequest.newBuilder()
                        .setNode(arguments.value("node", ""))
                        .setImage(arguments.word(0, "IMAGE"))
                        .setUsername(user[0])
                        .setPassword(user[1])
                        .build();
        ImageProgressView view = new ImageProgressView(session.console());
        Iterator<ImageProgress> progress = session.client().images().pull(request);
        while (progress.hasNext()) {
            view.show(progress.next());
        }
        return view.end("pulled");
    }

    private static int load(Arguments arguments, Session session)
            throws IOException, InterruptedException {
        arguments.atMost(0);
        String file =
                arguments
                        .value("input")
                        .orElseThrow(() -> new UsageException("-i FILE is missing"));
        ImageProgressView view = new ImageProgressView(session.console());
        try (InputStream in = open(file, session)) {
            MessageStream<ImageProgress, LoadImageRequest> call = MessageStream.calling();
            session.client().imagesAsync().load(call.responses());
            var start =
                    LoadImageStart.newBuilder()
                            .setNode(arguments.value("node", ""))
                            .setName(arguments.value("name", ""));
            call.write(LoadImageRequest.newBuilder().setStart(start).build());
            Thread reader = Thread.ofVirtual().start(() -> show(call, view));
            send(in, call);
            reader.join();
            // Throws what the call ended with, if it did not end well.
            Optional<ImageProgress> rest;
            do {
                rest = call.read();
            } while (rest.isPresent());
        }
        return view.end("loaded");
    }

    private static InputStream open(String file, Session session) {
        if (file.equals("-")) {
            return session.console().in();
        }
        try {
            return Files.newInputStream(Path.of(file));
        } catch (IOException e) {
            throw new CommandException("cannot read " + file + ": " + Reasons.of(e));
        }
    }

    private static void show(
            MessageStream<ImageProgress, LoadImageRequest> call, ImageProgressView view) {
        try {
            Optional<ImageProgress> progress = call.read();
            while (progress.isPresent()) {
                view.show(progress.get());
                progress = call.read();
            }
        } catch (io.grpc.StatusRuntimeException _) {
            // The sender meets the same failure, and tells it.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(InputStream in, MessageStream<ImageProgress, LoadImageRequest> call)
            throws IOException, InterruptedException {
        byte[] buffer = new byte[CHUNK];
        int read = in.read(buffer);
        try {
            while (read > 0) {
                ByteString data = ByteString.copyFrom(buffer, 0, read);
                call.write(LoadImageRequest.newBuilder().setData(data).build());
                read = in.read(buffer);
            }
        } finally {
            call.complete();
        }
    }

    private static int remove(Arguments arguments, Session session) {
        arguments.word(0, "IMAGE");
        for (String image : arguments.words()) {
            var request =
                    RemoveImageRequest.newBuilder()
                            .setNode(arguments.value("node", ""))
                            .setImage(image)
                            .build();
            session.client()
                    .images()
                    .remove(request)
                    .getRemovedList()
                    .forEach(removed -> session.console().line("removed " + removed));
        }
        return 0;
    }
}
