package org.sipoauth.authz.session;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.sipoauth.authz.settings.DurableFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The revocations of clients that this server knows of, on its disk: a line each, the cutoff in milliseconds since 1970
 * and the client's id. With it a revocation survives that Redis comes back from an older backup after all servers have
 * been stopped.
 */
final class CutoffFile {
    private static final Logger LOG = LoggerFactory.getLogger(CutoffFile.class);

    private final Path file;

    CutoffFile(Path file) {
        this.file = file;
    }

    /** What is there and readable; nothing if there is no such file. */
    Map<String, Instant> load() {
        Map<String, Instant> cutoffs = new HashMap<>();
        if (!Files.exists(file)) {
            return cutoffs;
        }
        try {
            for (String line : Files.readAllLines(file)) {
                int space = line.indexOf(' ');
                cutoffs.put(line.substring(space + 1), Instant.ofEpochMilli(Long.parseLong(line.substring(0, space))));
            }
        } catch (IOException | IllegalArgumentException | StringIndexOutOfBoundsException e) {
            LOG.warn("the revocations of clients in {} cannot all be read: {}", file, e.getMessage());
        }
        return cutoffs;
    }

    /** A failure is logged: Redis has them, and the next change is written again. */
    void save(Map<String, Instant> cutoffs) {
        StringBuilder lines = new StringBuilder();
        new TreeMap<>(cutoffs)
                .forEach((client, cutoff) -> lines.append(cutoff.toEpochMilli())
                        .append(' ')
                        .append(client)
                        .append('\n'));
        try {
            DurableFile.replace(file, StandardCharsets.UTF_8.encode(lines.toString()));
        } catch (IOException e) {
            LOG.error("the revocations of clients cannot be written to {}: {}", file, e.getMessage());
        }
    }
}
