package dev.gantry.cli.resource;

import com.google.protobuf.Message;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.table.Column;
import dev.gantry.api.table.Table;
import dev.gantry.cli.output.TableLayout;
import dev.gantry.cli.output.Titles;
import dev.gantry.cli.session.Console;
import dev.gantry.cli.session.Terminal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/// The table of objects of one kind.
final class ObjectTable {
    private final Console console;
    private final Kind kind;
    private final Style style;
    private final TableLayout layout;
    private boolean begun;

    /// @param wide with the columns of `-o wide`
    /// @param namespaces with a column for the namespace
    /// @param titled names carry their kind
    record Style(
            boolean wide, boolean namespaces, boolean labels, boolean headers, boolean titled) {}

    ObjectTable(Console console, Kind kind, Style style) throws InterruptedException {
        this.console = console;
        this.kind = kind;
        this.style = style;
        this.layout = new TableLayout(console.outTerminal() ? Terminal.width() : 0);
    }

    /// Prints rows; the first time with the columns' names above.
    void print(List<Message> objects, Instant now) {
        List<List<String>> rows = new ArrayList<>();
        boolean header = style.headers() && !begun && !objects.isEmpty();
        if (header) {
            rows.add(headers());
        }
        begun = begun || !objects.isEmpty();
        objects.forEach(object -> rows.add(row(object, now)));
        List<String> lines = layout.lines(rows);
        for (int i = 0; i < lines.size(); i++) {
            boolean bold = header && i == 0 && console.color();
            console.line(bold ? "\u001b[1m" + lines.get(i) + "\u001b[0m" : lines.get(i));
        }
    }

    private List<String> headers() {
        List<String> headers = new ArrayList<>();
        if (style.namespaces()) {
            headers.add("NAMESPACE");
        }
        for (Column column : Table.columns(kind)) {
            if (style.wide() || !column.wide()) {
                headers.add(column.name().toUpperCase(Locale.ROOT));
            }
        }
        if (style.labels()) {
            headers.add("LABELS");
        }
        return headers;
    }

    private List<String> row(Message object, Instant now) {
        List<String> cells = Table.row(object, now);
        List<Column> columns = Table.columns(kind);
        List<String> row = new ArrayList<>();
        if (style.namespaces()) {
            row.add(Meta.of(object).getNamespace());
        }
        for (int i = 0; i < columns.size(); i++) {
            if (style.wide() || !columns.get(i).wide()) {
                boolean name = style.titled() && columns.get(i).name().equals("Name");
                row.add(name ? Titles.of(ObjectKey.of(object)) : cells.get(i));
            }
        }
        if (style.labels()) {
            row.add(labels(object));
        }
        return row;
    }

    private static String labels(Message object) {
        List<String> labels = new ArrayList<>();
        new TreeMap<>(Meta.of(object).getLabelsMap()).forEach((k, v) -> labels.add(k + "=" + v));
        return labels.isEmpty() ? "<none>" : String.join(",", labels);
    }
}
