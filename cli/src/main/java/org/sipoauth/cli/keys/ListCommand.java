package org.sipoauth.cli.keys;

import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.console.ExitCodes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows the keys of a ring; nothing of them that is secret. */
@Command(name = "list", description = "Shows the keys with their states and times.")
final class ListCommand implements Callable<Integer> {
    private final InstantSource clock;

    @Spec
    private CommandSpec spec;

    @Mixin
    private KeyOptions options;

    @Option(
            names = "--use",
            paramLabel = "USE",
            converter = Use.Converter.class,
            description = "Only keys for signing, encryption or refresh.")
    private @Nullable Use use;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    ListCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws InterruptedException {
        List<KeyRow> rows = options.open(clock).list().stream()
                .filter(row -> use == null || row.use() == use)
                .toList();
        if (json) {
            KeyTable.printJson(rows, spec.commandLine().getOut());
        } else {
            KeyTable.print(rows, spec.commandLine().getOut());
        }
        return ExitCodes.OK;
    }
}
