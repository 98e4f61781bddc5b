package org.sipoauth.cli.device;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.admin.ServerOptions;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes all devices as comma-separated values. */
@Command(
        name = "export",
        description = "Writes all devices as comma-separated values, as device import takes them. Holds no secret.")
final class ExportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @Option(names = "--out", paramLabel = "FILE", description = "To this file, in place of the one there.")
    private @Nullable Path file;

    @Override
    public Integer call() throws InterruptedException {
        String csv = server.open().getFile("/devices/export");
        PrintWriter out = spec.commandLine().getOut();
        if (file == null) {
            out.print(csv);
        } else {
            write(file, csv);
            out.println("Written: " + file);
        }
        out.flush();
        return ExitCodes.OK;
    }

    private static void write(Path file, String csv) {
        try {
            Files.writeString(file, csv);
        } catch (IOException unwritable) {
            throw new CommandFailure(ExitCodes.NO, "cannot write " + file, "Name a file in a folder that is yours.");
        }
    }
}
