package org.sipoauth.cli;

import java.io.PrintWriter;
import java.time.Clock;
import org.sipoauth.cli.activation.ActivationCommand;
import org.sipoauth.cli.audit.AuditCommand;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.edge.EdgeCommand;
import org.sipoauth.cli.keys.KeysCommand;
import org.sipoauth.cli.mode.ModeCommand;
import org.sipoauth.cli.phone.PhoneCommand;
import org.sipoauth.cli.phone.RegisterCommand;
import org.sipoauth.cli.phone.SignOutCommand;
import org.sipoauth.cli.phone.StormCommand;
import org.sipoauth.cli.pki.DevPkiCommand;
import org.sipoauth.cli.registrar.RegistrarCommand;
import org.sipoauth.cli.sessions.SessionsCommand;
import org.sipoauth.cli.token.InspectCommand;
import org.sipoauth.cli.token.VerifyCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sipoauth}: the commands, wired by hand. */
@Command(
        name = "sipoauth",
        description = "Tools for phones that register to SIP servers with OAuth tokens.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = SipoauthMain.Version.class,
        subcommands = HelpCommand.class)
public final class SipoauthMain implements Runnable {
    @Spec
    private CommandSpec spec;

    private SipoauthMain() {}

    public static void main(String[] args) {
        CommandLine sipoauth = commandLine();
        sipoauth.setOut(new PrintWriter(System.out, true)); // not picocli's own, which hides that a pipe is closed
        System.exit(sipoauth.execute(FamiliarCommands.translate(args)));
    }

    /** A fresh command line over the system's clock, input and output. */
    public static CommandLine commandLine() {
        Clock clock = Clock.systemUTC();
        CommandLine phone = new CommandLine(new PhoneCommand());
        phone.addSubcommand(new RegisterCommand(clock, System.in));
        phone.addSubcommand(new SignOutCommand());
        phone.addSubcommand(new StormCommand(clock));
        return withCommands(
                new DevPkiCommand(clock),
                new InspectCommand(clock, System.in),
                new VerifyCommand(clock, System.in),
                KeysCommand.commandLine(clock),
                SessionsCommand.commandLine(),
                EdgeCommand.commandLine(clock),
                ModeCommand.commandLine(),
                ActivationCommand.commandLine(),
                RegistrarCommand.commandLine(clock),
                new AuditCommand(clock),
                phone);
    }

    /** The front of the program with these commands, for those who bring their own clock or input. */
    public static CommandLine withCommands(Object... commands) {
        CommandLine sipoauth = new CommandLine(new SipoauthMain());
        for (Object command : commands) {
            sipoauth.addSubcommand(command);
        }
        addHelp(sipoauth);
        sipoauth.setExecutionExceptionHandler(SipoauthMain::explain);
        sipoauth.setUsageHelpAutoWidth(true);
        return sipoauth;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command.");
    }

    /** The version of the jar this runs from. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = SipoauthMain.class.getPackage().getImplementationVersion();
            return new String[] {"sipoauth " + (version == null ? "(not run from its jar)" : version)};
        }
    }

    private static void addHelp(CommandLine command) {
        for (CommandLine below : command.getSubcommands().values()) {
            if (!(below.getCommand() instanceof HelpCommand)) {
                below.getCommandSpec().mixinStandardHelpOptions(true).versionProvider(new Version());
                addHelp(below);
            }
        }
    }

    private static int explain(Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed)
            throws Exception {
        if (failure instanceof CommandFailure expected) {
            commandLine.getErr().println("sipoauth: " + expected.getMessage());
            commandLine.getErr().println(expected.advice());
            return expected.exitCode();
        }
        throw failure;
    }
}
