package org.sipoauth.cli.keys;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.keys.store.KeyRingStoreException;
import org.sipoauth.keys.store.MasterKey;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Puts a ring file under another master key. */
@Command(
        name = "rewrap",
        description = "Encrypts a ring file under a new master key, which it makes if there is none at that place. Stop"
                + " the server first, and start it with the new key.")
final class RewrapCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--ring", required = true, paramLabel = "FILE", description = "The ring file: keyring.jwe.")
    private Path ring;

    @Option(
            names = "--master-key-file",
            required = true,
            paramLabel = "FILE",
            description = "The key it is encrypted under now.")
    private Path masterKeyFile;

    @Option(
            names = "--new-master-key-file",
            required = true,
            paramLabel = "FILE",
            description = "The key to encrypt it under; made if absent, never overwritten.")
    private Path newMasterKeyFile;

    @Override
    public Integer call() {
        try {
            MasterKey next = Files.exists(newMasterKeyFile)
                    ? MasterKey.fromFile(newMasterKeyFile)
                    : MasterKey.create(newMasterKeyFile);
            RingFile.open(ring, masterKeyFile).rewrap(next);
            spec.commandLine()
                    .getOut()
                    .println(ring + " is encrypted under " + next + " from " + newMasterKeyFile
                            + " now. Keep the old key" + " as long as you keep backups of the old ring.");
            return ExitCodes.OK;
        } catch (KeyRingStoreException e) {
            throw RingFile.failure(e);
        }
    }
}
