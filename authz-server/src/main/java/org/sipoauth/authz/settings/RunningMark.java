package org.sipoauth.authz.settings;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * An empty file of the data folder that is open for as long as the server runs. {@code deploy/restore.sh} sees by it that one
 * does, also where its Redis is elsewhere and nothing else of the folder is open.
 */
final class RunningMark implements AutoCloseable {
    static final String FILE = "server.lock";

    private final FileChannel file;

    /** @throws StartupRefused if the folder cannot be written */
    RunningMark(DataDirectory folder) {
        Path mark = folder.file(FILE);
        try {
            this.file = FileChannel.open(mark, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new StartupRefused(
                    "The data folder " + folder + " cannot be written: " + e.getMessage(),
                    "Let this process write it, or name another one with --sipoauth.data-dir=<folder>.",
                    e);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
