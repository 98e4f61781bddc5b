package org.sipoauth.cli.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tables of {@code docs/metrics.md}. */
final class MetricsManual {
    private static final Pattern ROW =
            Pattern.compile("\\| `([a-z_]+)` \\| ([^|]*) \\| ([a-z]+) \\| ([a-z]+) \\| .* \\|");
    private static final Pattern LABEL = Pattern.compile("`([a-z_]+)`");

    private MetricsManual() {}

    record Row(String name, Set<String> labels, String type, String unit) {}

    static List<Row> rows() throws IOException {
        return rowsOf(Files.readString(Repository.file("docs/metrics.md")));
    }

    /** Those below one heading. */
    static List<Row> rows(String section) throws IOException {
        String manual = Files.readString(Repository.file("docs/metrics.md"));
        String rest = manual.substring(manual.indexOf("\n## " + section + "\n") + 1);
        int end = rest.indexOf("\n## ");
        return rowsOf(end < 0 ? rest : rest.substring(0, end));
    }

    private static List<Row> rowsOf(String text) {
        List<Row> rows = new ArrayList<>();
        Matcher row = ROW.matcher(text);
        while (row.find()) {
            Set<String> labels = new TreeSet<>();
            Matcher label = LABEL.matcher(row.group(2));
            while (label.find()) {
                labels.add(label.group(1));
            }
            rows.add(new Row(row.group(1), labels, row.group(3), row.group(4)));
        }
        return rows;
    }
}
