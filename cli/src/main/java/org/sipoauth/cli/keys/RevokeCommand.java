package org.sipoauth.cli.keys;

import java.time.InstantSource;
import java.util.Map;
import java.util.Stack;
import java.util.concurrent.Callable;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.keys.KeyState;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Withdraws one key, whatever its state. */
@Command(
        name = "revoke",
        description = "Withdraws a leaked key at once; if it was active, its successor takes over. Says first what that"
                + " costs.")
final class RevokeCommand implements Callable<Integer> {
    private final InstantSource clock;

    @Spec
    private CommandSpec spec;

    @Mixin
    private KeyOptions options;

    @Mixin
    private KeyTable table;

    @Parameters(paramLabel = "KID", description = "The key's id, as keys list prints it.", preprocessor = AsItIs.class)
    private String kid;

    @Option(names = "--yes", description = "Do it, knowing what it costs.")
    private boolean yes;

    private RevokeCommand(InstantSource clock) {
        this.clock = clock;
    }

    /** The command; it takes a key's id as it is, which in one of 64 cases begins with a hyphen, as an option does. */
    static CommandLine commandLine(InstantSource clock) {
        return new CommandLine(new RevokeCommand(clock))
                .setUnmatchedOptionsArePositionalParams(true)
                .setPosixClusteredShortOptionsAllowed(false);
    }

    @Override
    public Integer call() throws InterruptedException {
        KeyAccess access = options.open(clock);
        KeyRow key = access.list().stream()
                .filter(row -> row.kid().equals(kid))
                .findFirst()
                .orElseThrow(() -> new CommandFailure(
                        ExitCodes.NO, "the ring has no key with that id", "See sipoauth keys list."));
        requireKnowing(spec, key, yes);
        table.print(access.revoke(kid));
        return ExitCodes.OK;
    }

    static void requireKnowing(CommandSpec spec, KeyRow key, boolean yes) {
        boolean costs = key.state() == KeyState.ACTIVE || key.state() == KeyState.RETIRED;
        String cost = costs ? key.use().costOfRevoking() : "It has made no token that is still good: no phone notices.";
        spec.commandLine().getErr().println("Revoking " + key.kid() + " (" + key.use() + "): " + cost);
        if (!yes) {
            throw new CommandFailure(ExitCodes.NO, "nothing was changed", "Repeat with --yes to do it.");
        }
    }

    /** Takes an id that would otherwise pass for an option with its value, such as {@code -h0…}. */
    private static final class AsItIs implements IParameterPreprocessor {
        @Override
        public boolean preprocess(
                Stack<String> arguments, CommandSpec command, ArgSpec parameter, Map<String, Object> info) {
            parameter.setValue(arguments.pop());
            return true;
        }
    }
}
