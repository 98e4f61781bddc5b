package org.sipoauth.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The incumbent's two commands on keys, as its operators type them, in terms of ours. */
final class FamiliarCommands {
    private static final Map<List<String>, String> MEANINGS =
            Map.of(List.of("set", "key", "regen", "authz"), "rotate", List.of("show", "key", "authz"), "list");

    private FamiliarCommands() {}

    /** {@code set key regen authz signing …} and {@code show key authz signing …}; anything else is left as it is. */
    static String[] translate(String[] args) {
        List<String> given = Arrays.asList(args);
        for (Map.Entry<List<String>, String> meaning : MEANINGS.entrySet()) {
            int words = meaning.getKey().size();
            if (given.size() > words && given.subList(0, words).equals(meaning.getKey())) {
                return Stream.concat(
                                Stream.of("keys", meaning.getValue(), "--use"),
                                given.subList(words, given.size()).stream())
                        .toArray(String[]::new);
            }
        }
        return args;
    }
}
