package org.sipoauth.cli.device;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.sipoauth.cli.admin.AdminApi;
import org.sipoauth.cli.admin.ServerOptions;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.json.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Adds or replaces all devices of a file. */
@Command(
        name = "import",
        description = {
            "Adds or replaces all devices of a file of comma-separated values in UTF-8, or none if anything in it is wrong;"
                    + " at most 5,000.",
            "Its first line: name,owner,addresses_of_record,security_profile,enabled. The last two can be left out; several"
                    + " addresses have blanks between.",
            "To import a file a second time does no harm."
        })
final class ImportCommand implements Callable<Integer> {
    private static final String LINE = "%-6s  %-20s  %s%n";

    @Mixin
    private ServerOptions server;

    @Mixin
    private Output output;

    @Parameters(paramLabel = "FILE", description = "The file, as device export writes it.")
    private Path file;

    @Option(names = "--dry-run", description = "Only say what would be done.")
    private boolean dryRun;

    @Override
    public Integer call() throws InterruptedException {
        JsonObject answer =
                server.open().postFile("/devices/import" + (dryRun ? "?dry-run" : ""), "text/csv", content());
        List<JsonObject> errors = answer.objects("errors");
        PrintWriter out = output.writer();
        if (output.isJson()) {
            out.println(answer.toJson());
        } else if (errors.isEmpty()) {
            out.printf(
                    "%s: %d added, %d replaced.%n",
                    dryRun ? "Would be imported" : "Imported", number(answer, "created"), number(answer, "replaced"));
        } else {
            out.println("Nothing was imported. Put this right, and import the whole file again:");
            out.printf(LINE, "LINE", "COLUMN", "WHAT TO DO");
            errors.forEach(error -> print(error, out));
        }
        out.flush();
        return errors.isEmpty() ? ExitCodes.OK : ExitCodes.NO;
    }

    private byte[] content() {
        try {
            return Files.readAllBytes(file);
        } catch (IOException unreadable) {
            throw new CommandFailure(ExitCodes.USAGE, "cannot read " + file, "Name a file that is there.");
        }
    }

    private static void print(JsonObject error, PrintWriter out) {
        out.printf(
                LINE,
                number(error, "line"),
                Printable.word(error.string("column")
                        .filter(column -> !column.isEmpty())
                        .orElse("-")),
                Printable.line(error.string("detail").orElseThrow(AdminApi::notAServer)));
    }

    private static long number(JsonObject json, String name) {
        return json.integer(name).orElseThrow(AdminApi::notAServer);
    }
}
