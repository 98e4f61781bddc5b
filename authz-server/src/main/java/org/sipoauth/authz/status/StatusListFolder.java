package org.sipoauth.authz.status;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.sipoauth.authz.settings.DurableFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lists that this server has served, on its disk: one file each, replaced whole. A file is a line that names issuer
 * and list, the bits, and their CRC-32. One that is damaged or belongs to another issuer is left alone and not read.
 */
final class StatusListFolder {
    private static final Logger LOG = LoggerFactory.getLogger(StatusListFolder.class);

    private final Path folder;
    private final String issuer;

    StatusListFolder(Path folder, String issuer) {
        this.folder = folder;
        this.issuer = issuer;
    }

    /** What is there and readable; nothing if there is no such folder. */
    List<StatusList> load() {
        List<StatusList> lists = new ArrayList<>();
        for (Path file : files()) {
            try {
                lists.add(parse(StatusListName.parse(fileName(file)), Files.readAllBytes(file)));
            } catch (IOException | IllegalArgumentException e) {
                LOG.warn("the status list in {} cannot be used: {}", file, e.getMessage());
            }
        }
        return lists;
    }

    /** Writes a list; when this returns, it has survived a power failure. */
    void save(StatusList list) throws IOException {
        byte[] header = header(list.name());
        byte[] bits = list.bits();
        ByteBuffer content = ByteBuffer.allocate(header.length + bits.length + Integer.BYTES)
                .put(header)
                .put(bits)
                .putInt(crc(bits))
                .flip();
        DurableFile.replace(folder.resolve(list.name().toString()), content);
    }

    /** Removes the files of all other lists of this server. */
    void retain(Collection<StatusListName> live) throws IOException {
        Set<String> names = live.stream().map(StatusListName::toString).collect(Collectors.toSet());
        for (Path file : files()) {
            if (!names.contains(fileName(file)) && isList(file)) {
                Files.deleteIfExists(file);
            }
        }
    }

    private StatusList parse(StatusListName name, byte[] content) {
        byte[] header = header(name);
        ByteBuffer buffer = ByteBuffer.wrap(content);
        if (content.length != header.length + StatusList.BYTES + Integer.BYTES
                || !buffer.slice(0, header.length).equals(ByteBuffer.wrap(header))) {
            throw new IllegalArgumentException("it is none of " + issuer);
        }
        byte[] bits = new byte[StatusList.BYTES];
        buffer.position(header.length).get(bits);
        if (buffer.getInt() != crc(bits)) {
            throw new IllegalArgumentException("it is damaged");
        }
        return StatusList.of(name, bits);
    }

    private byte[] header(StatusListName name) {
        return ("status list " + name.uri(issuer) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static int crc(byte[] bits) {
        CRC32 crc = new CRC32();
        crc.update(bits);
        return (int) crc.getValue();
    }

    private List<Path> files() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(folder, file -> !fileName(file).endsWith(DurableFile.UNDER_WAY))) {
            List<Path> found = new ArrayList<>();
            files.forEach(found::add);
            return found;
        } catch (IOException e) {
            LOG.warn("the status lists in {} cannot be read: {}", folder, e.getMessage());
            return List.of();
        }
    }

    private static boolean isList(Path file) {
        try {
            StatusListName.parse(fileName(file));
            return true;
        } catch (IllegalArgumentException somethingElse) {
            return false;
        }
    }

    private static String fileName(Path file) {
        return String.valueOf(file.getFileName());
    }
}
