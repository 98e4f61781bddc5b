package org.sipoauth.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** One run of the program in this process: what it printed and how it ended. */
public record CommandRun(int exit, String out, String err) {
    public static CommandRun of(Object command, String... args) {
        CommandLine sipoauth = SipoauthMain.withCommands(command);
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        sipoauth.setOut(new PrintWriter(out, true));
        sipoauth.setErr(new PrintWriter(err, true));
        int exit = sipoauth.execute(args);
        return new CommandRun(exit, out.toString(), err.toString());
    }
}
