package org.sipoauth.authz.audit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.settings.DataDirectory;
import org.sipoauth.authz.settings.DurableFile;
import org.sipoauth.authz.settings.RandomSecret;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of one server's {@link AuditChain}, {@code audit-<seq>-<time>.jsonl} by their first record, and beside them
 * {@code chain-state}, with which it goes on after a restart. For one thread.
 *
 * <p>A record is written at once and on the disk with the next checkpoint. After a crash the chain goes on from the last
 * checkpoint, by way of the records since, which are checked; a line that was cut short is taken off and said to be. Where
 * they are not as this server wrote them, a new file begins after the last good one and says so.
 */
final class AuditFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AuditFolder.class);
    private static final String STATE = "chain-state";
    private static final int LONGEST_LINE = 1 << 20;
    private static final int KEY_BITS = 256;
    private static final int NAME_BITS = 48;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);

    private final DataDirectory folder;
    private final long mostBytes;
    private final Duration kept;
    private final Clock clock;

    private @Nullable FileChannel file;
    private Path path = Path.of("");
    private long length;
    private Instant begun = Instant.EPOCH;
    private AuditChain chain;

    /**
     * @param mostBytes of a file, before the next begins
     * @param kept how long files are kept after their last record
     */
    AuditFolder(DataDirectory folder, long mostBytes, Duration kept, Clock clock) {
        this.folder = folder;
        this.mostBytes = mostBytes;
        this.kept = kept;
        this.clock = clock;
        this.chain = AuditChain.begin("", new byte[0]);
    }

    AuditChain chain() {
        return chain;
    }

    /**
     * Appends records in their order. After a failure the next call finds out how far this one has come.
     *
     * @param records JSON objects
     * @throws IOException if the disk does not take them
     */
    void append(List<String> records) throws IOException {
        try {
            FileChannel open = file == null ? open() : file;
            if (length >= mostBytes || !sameDay(begun, clock.instant())) {
                checkpoint();
                open = begin(List.of());
                removeOld();
            }
            write(open, records);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private static boolean sameDay(Instant one, Instant other) {
        return one.truncatedTo(ChronoUnit.DAYS).equals(other.truncatedTo(ChronoUnit.DAYS));
    }

    /** Ends the epoch: all that was appended is on the disk, and its key is forgotten. */
    void checkpoint() throws IOException {
        if (file == null) {
            return;
        }
        try {
            write(file, List.of(record(AuditChain.CHECKPOINT, Map.of())));
            file.force(true);
            saveState();
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void saveState() throws IOException {
        String next = STATE + DurableFile.UNDER_WAY;
        Files.deleteIfExists(folder.file(next));
        folder.writeNew(next, chain.toState()); // nobody else reads a key from it
        try (FileChannel written = FileChannel.open(folder.file(next), StandardOpenOption.WRITE)) {
            written.force(true);
        }
        Files.move(
                folder.file(next),
                folder.file(STATE),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** Goes on with the newest file, or begins the first. */
    private FileChannel open() throws IOException {
        List<Path> files = files();
        if (!Files.exists(folder.file(STATE))) {
            if (!files.isEmpty()) {
                LOG.error("the audit files in {} have lost their {}: a new chain begins", folder, STATE);
            }
            return first();
        }
        chain = AuditChain.ofState(Files.readString(folder.file(STATE)));
        int from = files.size() - 1;
        while (from > 0 && firstSeq(files.get(from)) > chain.seq() + 1) {
            from--;
        }
        for (int i = Math.max(0, from); i < files.size(); i++) {
            Recovery recovery = recover(files.get(i));
            if (recovery.broken()) {
                LOG.error("{} is not as this server wrote it after record {}", files.get(i), chain.seq());
                return begin(List.of(record("audit_chain_broken", Map.of("file", name(files.get(i))))));
            }
            if (i == files.size() - 1) {
                return goOn(files.get(i), recovery);
            }
        }
        return begin(List.of(record("audit_chain_broken", Map.of("file", "none is left"))));
    }

    private FileChannel first() throws IOException {
        String name = RandomSecret.ofBits(NAME_BITS).replace('_', '-');
        String key = RandomSecret.ofBits(KEY_BITS);
        folder.writeNew("verification-key-" + name + ".txt", name + " " + key + "\n");
        LOG.warn(
                "the audit chain {} begins; take {} off this machine: it verifies the files, and makes records for who has it",
                name,
                folder.file("verification-key-" + name + ".txt"));
        chain = AuditChain.begin(name, Base64.getUrlDecoder().decode(key));
        FileChannel open = begin(List.of());
        checkpoint(); // the first key is of no more use here
        return open;
    }

    /** What the lines since the last checkpoint say of a file. */
    private record Recovery(boolean broken, long goodLength, long excess) {}

    private Recovery recover(Path candidate) throws IOException {
        try (InputStream content = new BufferedInputStream(Files.newInputStream(candidate))) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            long goodLength = 0;
            for (int next = content.read(); next >= 0; next = content.read()) {
                if (next != '\n') {
                    line.write(next);
                    if (line.size() > LONGEST_LINE) {
                        return new Recovery(true, goodLength, 0);
                    }
                } else if (follows(line.toString(StandardCharsets.UTF_8))) {
                    goodLength += line.size() + 1;
                    line.reset();
                } else {
                    return new Recovery(true, goodLength, 0);
                }
            }
            return new Recovery(false, goodLength, line.size());
        }
    }

    /** Whether a line is of before the last checkpoint, or the next of the chain, which then goes on by it. */
    private boolean follows(String line) {
        if (seq(line) <= chain.seq()) {
            return true;
        }
        Optional<AuditChain> next = chain.verify(line);
        next.ifPresent(verified -> chain = verified);
        return next.isPresent();
    }

    private FileChannel goOn(Path newest, Recovery recovery) throws IOException {
        if (recovery.goodLength() == 0) { // the disk was full, or the power went, before its first record
            Files.delete(newest);
            return begin(List.of());
        }
        FileChannel open = FileChannel.open(newest, StandardOpenOption.WRITE);
        file = open;
        path = newest;
        length = recovery.goodLength();
        begun = TIME.parse(name(newest).replaceAll(".*-|\\.jsonl", ""), Instant::from);
        open.truncate(length);
        open.position(length);
        if (recovery.excess() > 0) {
            write(open, List.of(record("audit_recovered", Map.of("bytes_cut_off", recovery.excess()))));
        }
        return open;
    }

    /** A new file, which says by the MAC before it where it belongs. */
    private FileChannel begin(List<String> records) throws IOException {
        if (file != null) {
            file.close();
        }
        begun = clock.instant();
        String next = "audit-%012d-%s.jsonl".formatted(chain.seq() + 1, TIME.format(begun));
        folder.writeNew(next, "");
        path = folder.file(next);
        FileChannel open = FileChannel.open(path, StandardOpenOption.WRITE);
        file = open;
        length = 0;
        List<String> all = new ArrayList<>();
        all.add(record("audit_file_begun", Map.of("chain", chain.name(), "previous_mac", chain.macText())));
        all.addAll(records);
        write(open, all);
        return open;
    }

    private void write(FileChannel open, List<String> records) throws IOException {
        AuditChain last = chain;
        StringBuilder lines = new StringBuilder();
        for (String json : records) {
            AuditChain.Sealed sealed = last.seal(json);
            lines.append(sealed.line()).append('\n');
            last = sealed.chain();
        }
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(lines.toString());
        length += bytes.remaining();
        while (bytes.hasRemaining()) {
            open.write(bytes);
        }
        chain = last;
    }

    private String record(String event, Map<String, ?> fields) {
        return AuditRecord.ofItself(event, clock.instant(), fields);
    }

    private void removeOld() throws IOException {
        Instant oldest = clock.instant().minus(kept);
        for (Path old : files()) {
            if (!old.equals(path) && Files.getLastModifiedTime(old).toInstant().isBefore(oldest)) {
                Files.delete(old);
                write(Objects.requireNonNull(file), List.of(record("audit_file_removed", Map.of("file", name(old)))));
            }
        }
    }

    /** The oldest first. */
    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder.file(""))) {
            return all.filter(candidate -> name(candidate).matches("audit-\\d{12}-\\d{8}T\\d{9}Z\\.jsonl"))
                    .sorted()
                    .toList();
        }
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static long firstSeq(Path file) {
        return Long.parseLong(name(file).split("-")[1]);
    }

    /** Beyond all others for a line that is none of a chain. */
    private static long seq(String line) {
        int end = line.indexOf(',');
        String digits = line.startsWith("{\"seq\":") && end > 0 ? line.substring(7, end) : "";
        return digits.matches("[1-9]\\d{0,17}") ? Long.parseLong(digits) : Long.MAX_VALUE;
    }

    /** Without a checkpoint: the next start goes on from the last. */
    @Override
    public void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            LOG.warn("the audit file is not closed: {}", e.getMessage());
        } finally {
            file = null;
        }
    }
}
