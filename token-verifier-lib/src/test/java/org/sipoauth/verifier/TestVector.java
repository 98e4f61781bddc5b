package org.sipoauth.verifier;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One file of {@code testkit/}; its README describes the format. Whatever it does not describe stops the loader, so that
 * a misspelled header cannot turn a vector into one that tests nothing.
 *
 * @param refusal empty where the token is to be accepted
 * @param decryptionKeys empty where no encrypted token is taken
 * @param statusList what was read of it; empty where no status is looked up
 */
record TestVector(
        String name,
        Optional<Reason> refusal,
        Instant now,
        Path keys,
        Optional<Path> decryptionKeys,
        Optional<StatusList> statusList,
        String why,
        String token) {
    private static final List<String> HEADERS = List.of("expect", "now", "keys", "why");
    private static final Set<String> STATUS_HEADERS = Set.of("status-list", "status-list-read");
    private static final String DECRYPTION = "decryption-keys";

    /** A status list token, and when it was read. */
    record StatusList(Path file, Instant readAt) {}

    static TestVector load(Path file) throws IOException {
        return parse(file, Files.readString(file));
    }

    static List<TestVector> loadAll(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> vectors = files.filter(file -> file.toString().endsWith(".token"))
                    .sorted()
                    .toList();
            List<TestVector> loaded = new ArrayList<>();
            for (Path vector : vectors) {
                loaded.add(load(vector));
            }
            return loaded;
        }
    }

    static TestVector parse(Path file, String text) {
        int blank = text.indexOf("\n\n");
        require(file, blank > 0 && text.endsWith("\n"), "headers, an empty line, a token and a line break");
        Map<String, String> headers = new HashMap<>();
        for (String line : text.substring(0, blank).split("\n")) {
            int colon = line.indexOf(": ");
            require(file, colon > 0, "header line " + line);
            String name = line.substring(0, colon);
            boolean known = HEADERS.contains(name) || STATUS_HEADERS.contains(name) || name.equals(DECRYPTION);
            require(file, known, "unknown header " + name);
            require(file, headers.put(name, line.substring(colon + 2)) == null, "header twice: " + name);
        }
        for (String name : HEADERS) {
            require(file, headers.containsKey(name), "no header " + name);
        }
        Optional<Path> decryption =
                Optional.ofNullable(headers.remove(DECRYPTION)).map(file::resolveSibling);
        boolean status = headers.keySet().containsAll(STATUS_HEADERS);
        require(file, status || headers.size() == HEADERS.size(), "one of two headers for a status list");
        String expect = headers.get("expect");
        return new TestVector(
                file.getFileName().toString(),
                expect.equals("accepted") ? Optional.empty() : Optional.of(Reason.valueOf(expect)),
                Instant.parse(headers.get("now")),
                file.resolveSibling(headers.get("keys")),
                decryption,
                status
                        ? Optional.of(new StatusList(
                                file.resolveSibling(headers.get("status-list")),
                                Instant.parse(headers.get("status-list-read"))))
                        : Optional.empty(),
                headers.get("why"),
                text.substring(blank + 2, text.length() - 1));
    }

    @Override
    public String toString() {
        return name + ": " + why;
    }

    private static void require(Path file, boolean held, String what) {
        if (!held) {
            throw new IllegalArgumentException(file + ": " + what);
        }
    }
}
