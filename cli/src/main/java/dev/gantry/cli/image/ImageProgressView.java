package dev.gantry.cli.image;

import dev.gantry.api.v1.ImageProgress;
import dev.gantry.cli.output.Progress;
import dev.gantry.cli.output.Sizes;
import dev.gantry.cli.session.CommandException;
import dev.gantry.cli.session.Console;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Shows how far each node is with an image. Thread-safe.
final class ImageProgressView {
    private final Console console;
    private final Progress progress;
    private final Map<String, ImageProgress> latest = new LinkedHashMap<>();

    ImageProgressView(Console console) throws InterruptedException {
        this.console = console;
        this.progress = new Progress(console);
    }

    synchronized void show(ImageProgress step) {
        latest.put(step.getNode() + " " + step.getImage(), step);
        // Without a terminal only phases are worth a line, not each count of bytes.
        progress.show(latest.values().stream().map(p -> line(p, console.outTerminal())).toList());
    }

    static String line(ImageProgress step, boolean live) {
        StringBuilder line = new StringBuilder();
        if (!step.getNode().isEmpty()) {
            line.append(step.getNode()).append(": ");
        }
        line.append(step.getImage().isEmpty() ? "image" : step.getImage()).append(": ");
        if (!step.getError().isEmpty()) {
            return line.append("failed: ").append(step.getError()).toString();
        }
        if (step.getDone()) {
            line.append("done");
            return line.append(step.getDigest().isEmpty() ? "" : " " + step.getDigest()).toString();
        }
        line.append(step.getPhase().isEmpty() ? "working" : step.getPhase());
        if (live && step.getBytesDone() > 0) {
            line.append(' ').append(Sizes.of(step.getBytesDone()));
            if (step.getBytesTotal() > 0) {
                line.append(" of ").append(Sizes.of(step.getBytesTotal()));
            }
        }
        if (live && step.getLayersTotal() > 0) {
            line.append(", ").append(step.getLayersDone()).append(" of ");
            line.append(step.getLayersTotal()).append(" layers");
        }
        return line.toString();
    }

    /// Says how it ended.
    ///
    /// @param done the word for what was done
    synchronized int end(String done) {
        List<String> failures = new ArrayList<>();
        boolean any = false;
        for (ImageProgress step : latest.values()) {
            if (!step.getError().isEmpty()) {
                failures.add(line(step, false));
            }
            any = any || (step.getDone() && step.getError().isEmpty());
        }
        if (!failures.isEmpty()) {
            throw new CommandException(String.join("\n", failures));
        }
        if (!any) {
            throw new CommandException("no node " + done + " the image");
        }
        return 0;
    }
}
