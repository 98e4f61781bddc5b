package org.sipoauth.authz.settings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The server's own folder, and how secrets are written there: for the owner alone, and never over an older file. */
public final class DataDirectory {
    private final Path folder;

    /** @throws StartupRefused if the folder cannot be made */
    public DataDirectory(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
        try {
            if (!Files.isDirectory(this.folder)) {
                Files.createDirectories(this.folder, permissions("rwx------"));
            }
        } catch (IOException e) {
            throw new StartupRefused(
                    "The data folder " + this.folder + " cannot be made: " + e.getMessage(),
                    "Make it, or name another one with --sipoauth.data-dir=<folder>.",
                    e);
        }
    }

    public Path file(String name) {
        return folder.resolve(name);
    }

    /** Writes a new file, readable by its owner alone from its first byte. */
    public void writeNew(String name, String content) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(
                file(name),
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                permissions("rw-------"))) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    private FileAttribute<?>[] permissions(String posix) {
        return folder.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(posix))}
                : new FileAttribute<?>[0];
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
