package org.sipoauth.authz.settings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Replaces a file whole: who reads it finds the old content or the new, also after a power failure. */
public final class DurableFile {
    /** What the name of a file under way ends with; one of a writer that died may be left. */
    public static final String UNDER_WAY = ".new";

    private DurableFile() {}

    /** When this returns, the content has survived a power failure. Makes the folder if there is none. */
    public static void replace(Path file, ByteBuffer content) throws IOException {
        Files.createDirectories(file.getParent());
        Path next = file.resolveSibling(file.getFileName() + UNDER_WAY);
        try (FileChannel channel = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            while (content.hasRemaining()) {
                channel.write(content);
            }
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
