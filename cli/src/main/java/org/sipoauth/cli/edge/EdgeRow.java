package org.sipoauth.cli.edge;

import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.sipoauth.cli.admin.AdminApi;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.json.JsonObject;

/** An edge as it is shown. */
record EdgeRow(String name, List<String> certificateNames) {
    private static final String LINE = "%-24s  %s%n";

    /** @throws org.sipoauth.cli.console.CommandFailure if a member is missing or has an unknown form */
    static EdgeRow of(JsonObject json) {
        List<String> names = json.strings("certificate_names");
        if (names.isEmpty()) {
            throw AdminApi.notAServer();
        }
        return new EdgeRow(json.string("name").orElseThrow(AdminApi::notAServer), names);
    }

    /** Where the administration interface has it. */
    static String path(String name) {
        return "/edges/" + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20"); // a path, no form
    }

    static void print(JsonObject answer, List<JsonObject> edges, PrintWriter out, boolean asJson) {
        if (asJson) {
            out.println(answer.toJson());
            return;
        }
        List<EdgeRow> rows = edges.stream().map(EdgeRow::of).toList();
        out.printf(LINE, "EDGE", "CERTIFICATE NAMES");
        rows.forEach(row -> out.printf(LINE, Printable.word(row.name()), row.names()));
    }

    String names() {
        return Printable.line(String.join(", ", certificateNames));
    }
}
