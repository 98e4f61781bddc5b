package org.sipoauth.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The incumbent's commands on keys and the mode, as its operators type them, in terms of ours. */
final class FamiliarCommands {
    private static final Map<List<String>, List<String>> MEANINGS = Map.of(
            List.of("set", "key", "regen", "authz"), List.of("keys", "rotate", "--use"),
            List.of("show", "key", "authz"), List.of("keys", "list", "--use"),
            List.of("utils", "sipOAuth-mode"), List.of("mode"));

    private FamiliarCommands() {}

    /**
     * {@code set key regen authz signing …}, {@code show key authz signing …} and {@code utils sipOAuth-mode enable …};
     * anything else is left as it is.
     */
    static String[] translate(String[] args) {
        List<String> given = Arrays.asList(args);
        for (Map.Entry<List<String>, List<String>> meaning : MEANINGS.entrySet()) {
            int words = meaning.getKey().size();
            if (given.size() > words && given.subList(0, words).equals(meaning.getKey())) {
                return Stream.concat(meaning.getValue().stream(), given.subList(words, given.size()).stream())
                        .toArray(String[]::new);
            }
        }
        return args;
    }
}
