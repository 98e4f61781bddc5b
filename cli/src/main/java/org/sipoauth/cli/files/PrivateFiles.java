package org.sipoauth.cli.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Writes files that only their owner may read, from their first byte on. */
public final class PrivateFiles {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private PrivateFiles() {}

    /**
     * Writes a new file with mode 0600.
     *
     * @throws java.nio.file.FileAlreadyExistsException if there is one by this name: it is never overwritten
     */
    public static void create(Path path, byte[] content) throws IOException {
        try (SeekableByteChannel file = Files.newByteChannel(
                path, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_ONLY)) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                file.write(rest);
            }
        }
    }

    /** Writes the file with mode 0600, replacing an older one as a whole: a reader sees the old or the new, never half. */
    public static void replace(Path path, byte[] content) throws IOException {
        Path absolute = path.toAbsolutePath();
        Path next = Files.createTempFile(absolute.getParent(), "." + absolute.getFileName(), ".tmp", OWNER_ONLY);
        try {
            Files.write(next, content);
            Files.move(next, absolute, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(next);
        }
    }
}
