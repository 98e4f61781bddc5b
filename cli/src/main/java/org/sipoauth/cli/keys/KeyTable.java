package org.sipoauth.cli.keys;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.console.Times;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What a command on keys prints: the keys as they are then, for people, or as JSON for programs. */
final class KeyTable {
    private static final String LINE = "%-10s  %-9s  %-7s  %-20s  %-20s  %-20s  %s%n";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    void print(List<KeyRow> rows) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JSONObjectUtils.toJSONString(
                    Map.of("keys", rows.stream().map(KeyRow::json).toList())));
        } else {
            print(rows, out);
        }
        out.flush();
    }

    private static void print(List<KeyRow> rows, PrintWriter out) {
        out.printf(LINE, "USE", "STATE", "ALG", "PUBLISHED", "ACTIVATED", "ENDED", "KID");
        for (KeyRow row : rows) {
            out.printf(
                    LINE,
                    row.use(),
                    row.state().name().toLowerCase(Locale.ROOT),
                    row.algorithm().map(Printable::word).orElse("-"),
                    seconds(Optional.of(row.publishedAt())),
                    seconds(row.activatedAt()),
                    seconds(row.endedAt()),
                    Printable.word(row.kid()));
        }
    }

    private static String seconds(Optional<Instant> instant) {
        return instant.map(Times::seconds).orElse("-");
    }
}
