package org.sipoauth.cli.keys;

import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.keys.KeyState;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Puts the next key to work: without loss, or at once because the present one has leaked. */
@Command(
        name = "rotate",
        description = {
            "Makes the published successor the active key and publishes the next one. No token is lost: what the"
                    + " previous key made stays good.",
            "With --emergency the active key has leaked: it is revoked, and its tokens with it."
        })
final class RotateCommand implements Callable<Integer> {
    private final InstantSource clock;

    @Spec
    private CommandSpec spec;

    @Mixin
    private KeyOptions options;

    @Mixin
    private KeyTable table;

    @Option(
            names = "--use",
            paramLabel = "USE",
            defaultValue = "signing",
            converter = Use.Converter.class,
            description = "Which key: signing (the default), encryption or refresh.")
    private Use use;

    @Option(names = "--emergency", description = "The active key has leaked: revoke it. Says what that costs first.")
    private boolean emergency;

    @Option(names = "--yes", description = "Do it, knowing what --emergency costs.")
    private boolean yes;

    RotateCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws InterruptedException {
        KeyAccess access = options.open(clock);
        table.print(emergency ? revokeActive(access) : access.rotate(use));
        return ExitCodes.OK;
    }

    private List<KeyRow> revokeActive(KeyAccess access) throws InterruptedException {
        KeyRow active = access.list().stream()
                .filter(row -> row.use() == use && row.state() == KeyState.ACTIVE)
                .findFirst()
                .orElseThrow(() -> new CommandFailure(
                        ExitCodes.NO, "the ring has no active key for " + use, "See sipoauth keys list."));
        RevokeCommand.requireKnowing(spec, active, yes);
        return access.revoke(active.kid());
    }
}
