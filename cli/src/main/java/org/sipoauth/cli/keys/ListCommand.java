package org.sipoauth.cli.keys;

import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.console.ExitCodes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows the keys of a ring; nothing of them that is secret. */
@Command(name = "list", description = "Shows the keys with their states and times.")
final class ListCommand implements Callable<Integer> {
    private final InstantSource clock;

    @Mixin
    private KeyOptions options;

    @Mixin
    private KeyTable table;

    @Option(
            names = "--use",
            paramLabel = "USE",
            converter = Use.Converter.class,
            description = "Only keys for signing, encryption or refresh.")
    private @Nullable Use use;

    ListCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws InterruptedException {
        table.print(options.open(clock).list().stream()
                .filter(row -> use == null || row.use() == use)
                .toList());
        return ExitCodes.OK;
    }
}
