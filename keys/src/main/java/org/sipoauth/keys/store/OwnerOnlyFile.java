package org.sipoauth.keys.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files that hold secrets: readable by their owner alone from their first byte, and never written over. */
final class OwnerOnlyFile {
    private static final Set<PosixFilePermission> OWNER_READ_WRITE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWNER_READ_WRITE_GROUP_READ =
            PosixFilePermissions.fromString("rw-r-----");

    private OwnerOnlyFile() {}

    /** @throws java.nio.file.FileAlreadyExistsException if there is such a file, which is left as it is */
    static void create(Path file, String content) throws IOException {
        Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(file, options, attributes(file))) {
            ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    /**
     * Refuses a file that others can read. Of one that belongs to another user its group may read: so systemd (LoadCredential)
     * and Kubernetes (secrets with fsGroup) hand a secret to a process that is not root, and it is not ours to change.
     */
    static void requireOwnerOnly(Path file) throws IOException {
        if (isPosix(file) && !isKept(Files.getPosixFilePermissions(file), isOurs(file))) {
            throw new KeyRingStoreException(file
                    + " can be read by others than its owner: run chmod 600 on it, and consider its content leaked");
        }
    }

    static boolean isKept(Set<PosixFilePermission> permissions, boolean ours) {
        return (ours ? OWNER_READ_WRITE : OWNER_READ_WRITE_GROUP_READ).containsAll(permissions);
    }

    private static boolean isOurs(Path file) throws IOException {
        String owner = Files.getOwner(file).getName();
        return ProcessHandle.current().info().user().map(owner::equals).orElse(false);
    }

    /** Makes a creation or a rename in this folder survive a power failure. */
    static void forceFolder(Path folder) throws IOException {
        if (isPosix(folder)) { // elsewhere a folder cannot be opened
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    static Path folderOf(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new KeyRingStoreException(file + " is a folder: name a file");
        }
        return folder;
    }

    private static FileAttribute<?>[] attributes(Path file) {
        return isPosix(file)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_READ_WRITE)}
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
