package org.sipoauth.authz.settings;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * An empty file of the data folder that is locked for as long as the server runs, so that no second one writes there; however
 * a server ends, the lock goes and the file stays. {@code deploy/restore.sh} sees by the open file that one runs, also where
 * its Redis is elsewhere and nothing else of the folder is open.
 */
final class RunningMark implements AutoCloseable {
    static final String FILE = "server.lock";

    private final DataDirectory folder;
    private final FileChannel file;

    /** @throws StartupRefused if a server runs on the folder, or it cannot be written */
    RunningMark(DataDirectory folder) {
        this.folder = folder;
        Path mark = folder.file(FILE);
        try {
            this.file = FileChannel.open(mark, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!isLocked(file)) {
                file.close();
                throw new StartupRefused(
                        "The data folder " + folder + " is in use by another running server.",
                        "Stop that server, or give this one a folder of its own with --sipoauth.data-dir=<folder>. Servers that"
                                + " are to share their logins share a Redis: spring.data.redis.url.");
            }
        } catch (IOException e) {
            throw new StartupRefused(
                    "The data folder " + folder + " cannot be written, or has no locks: " + e.getMessage(),
                    "Let this process write it, or name another one with --sipoauth.data-dir=<folder>.",
                    e);
        }
    }

    private static boolean isLocked(FileChannel file) throws IOException {
        try {
            return file.tryLock() != null;
        } catch (OverlappingFileLockException byThisProcess) {
            return false;
        }
    }

    DataDirectory folder() {
        return folder;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
