package org.sipoauth.verifier.status;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.sipoauth.verifier.internal.MalformedException;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.refresh.CacheFile;

/**
 * The last good lists on disk, one a line: address, entity tag or {@code -}, when it was confirmed, and the token, which is
 * verified again when it is read. Further lines of an address are other versions, of which revocations still count, unless
 * the first is believed no longer. For one thread.
 */
final class StatusCache {
    private static final System.Logger LOG = System.getLogger(StatusCache.class.getName());
    private static final Pattern ENTITY_TAG =
            Pattern.compile("(?:W/)?\"[\\x21\\x23-\\x7e]{0,128}\""); // RFC 9110 §8.8.3
    private static final String NO_ENTITY_TAG = "-";
    private static final int MAX_BYTES = 256 * 1024 * 1024;

    /** How often to write down that nothing has changed: by as much a restart makes the lists look older. */
    private static final Duration REWRITE = Duration.ofMinutes(5);

    private final CacheFile file;
    private final URI uri;
    private final String issuer;
    private final Duration maxStaleness;
    private StatusSnapshot written = StatusSnapshot.none();

    StatusCache(Path file, URI uri, String issuer, Duration maxStaleness) {
        this.file = new CacheFile(file, "sipoauth-status-lists 1", uri, MAX_BYTES);
        this.uri = uri;
        this.issuer = issuer;
        this.maxStaleness = maxStaleness;
    }

    /** Whether it is an entity tag that the file can hold. */
    static boolean isEntityTag(String text) {
        return ENTITY_TAG.matcher(text).matches();
    }

    /**
     * What was kept and can still be believed; empty if nothing was.
     *
     * @throws IOException if the file cannot be read, or is not one of ours
     */
    Optional<StatusSnapshot> read(KeySource keys, Instant now) throws IOException {
        Optional<byte[]> kept = file.read(now);
        if (kept.isEmpty()) {
            return Optional.empty();
        }
        Map<String, HeldList> lists = new HashMap<>();
        Set<String> over = new HashSet<>();
        int refused = 0;
        String document = new String(kept.get(), StandardCharsets.ISO_8859_1);
        for (String line : document.isEmpty() ? new String[0] : document.split("\n")) {
            String address = line.split(" ", 2)[0];
            try {
                if (!over.contains(address)) {
                    lists.merge(address, list(line, keys, now), HeldList::and);
                }
            } catch (MalformedException | IOException e) {
                refused++;
                if (!lists.containsKey(address)) {
                    over.add(address);
                }
                LOG.log(Level.DEBUG, "{0}: a kept status list is refused: {1}", uri, e.getMessage());
            }
        }
        if (refused > 0) {
            LOG.log(Level.INFO, "{0}: {1} kept status lists are believed no longer", uri, refused);
        }
        Instant readAt = file.fetchedAt();
        return Optional.of(
                new StatusSnapshot(lists, readAt, readAt.plus(maxStaleness).toEpochMilli()));
    }

    private HeldList list(String line, KeySource keys, Instant now) throws MalformedException, IOException {
        String[] parts = line.split(" ", -1);
        if (parts.length != 4 || !Aggregation.isOn(uri, parts[0])) {
            throw new MalformedException("not a line of this file");
        }
        return HeldList.of(
                StatusListToken.verify(parts[3], parts[0], issuer, keys, now),
                Optional.of(parts[1]).filter(StatusCache::isEntityTag),
                CacheFile.past(parts[2], now),
                maxStaleness,
                Optional.of(parts[3]));
    }

    /** Writes what has changed, or is to be confirmed once more. Failing to keep it is no failure to read it. */
    void keep(StatusSnapshot lists, Instant now) {
        boolean due = written == StatusSnapshot.none()
                || !written.hasListsOf(lists)
                || !now.isBefore(written.readAt().plus(REWRITE));
        if (!due) {
            return;
        }
        StringBuilder document = new StringBuilder();
        for (HeldList held : lists.lists()) {
            append(document, held);
            held.others().forEach(other -> append(document, other));
        }
        try {
            file.write(document.toString().getBytes(StandardCharsets.ISO_8859_1), lists.readAt());
            written = lists;
        } catch (IOException e) {
            LOG.log(Level.WARNING, "{0}: cannot keep the status lists on disk: {1}", uri, e.toString());
        }
    }

    private static void append(StringBuilder document, HeldList version) {
        if (version.compact().isPresent()) {
            document.append(version.list().uri())
                    .append(' ')
                    .append(version.entityTag().orElse(NO_ENTITY_TAG))
                    .append(' ')
                    .append(version.confirmedAt())
                    .append(' ')
                    .append(version.compact().get())
                    .append('\n');
        }
    }
}
