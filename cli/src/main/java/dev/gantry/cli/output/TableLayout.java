package dev.gantry.cli.output;

import java.util.ArrayList;
import java.util.List;

/// Lines up columns. Widths grow with the rows that are seen first and stay for those that follow,
/// so that a watched table does not jump.
public final class TableLayout {
    private static final int GAP = 3;
    private static final int SHRUNK_MIN = 12;

    private final int widthMax;
    private final List<Integer> widths = new ArrayList<>();

    /// @param widthMax what a line may take; 0 is no limit
    public TableLayout(int widthMax) {
        this.widthMax = widthMax;
    }

    /// The rows as lines.
    public List<String> lines(List<List<String>> rows) {
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                if (widths.size() == i) {
                    widths.add(0);
                }
                widths.set(i, Math.max(widths.get(i), row.get(i).length()));
            }
        }
        fit();
        return rows.stream().map(this::line).toList();
    }

    // Takes from the widest column but the first, which names the object.
    private void fit() {
        while (widthMax > 0 && total() > widthMax) {
            int widest = -1;
            for (int i = 1; i < widths.size(); i++) {
                if (widest < 0 || widths.get(i) > widths.get(widest)) {
                    widest = i;
                }
            }
            if (widest < 0 || widths.get(widest) <= SHRUNK_MIN) {
                return;
            }
            int excess = total() - widthMax;
            widths.set(widest, Math.max(SHRUNK_MIN, widths.get(widest) - excess));
        }
    }

    private int total() {
        int sum = Math.max(0, widths.size() - 1) * GAP;
        for (int width : widths) {
            sum += width;
        }
        return sum;
    }

    private String line(List<String> row) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.size(); i++) {
            String cell = row.get(i).replace('\n', ' ');
            int width = widths.get(i);
            if (widthMax > 0 && cell.length() > width && i > 0) {
                cell = cell.substring(0, Math.max(0, width - 3)) + "...";
            }
            line.append(cell);
            if (i + 1 < row.size()) {
                line.append(" ".repeat(Math.max(0, width - cell.length()) + GAP));
            }
        }
        return line.toString().stripTrailing();
    }
}
