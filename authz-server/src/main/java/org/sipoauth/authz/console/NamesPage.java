package org.sipoauth.authz.console;

import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Part of a long list of names, in order.
 *
 * @param first whether it begins where the list does
 * @param next the address of the part that follows; empty: this is the last
 */
record NamesPage(List<String> names, boolean first, Optional<String> next) {
    private static final int LENGTH = 50;

    /**
     * @param after the name that the part before ended with; blank: the first part
     * @param read so many names after one
     * @param address of the part after a name
     */
    static NamesPage of(
            String after, BiFunction<Optional<String>, Integer, List<String>> read, Function<String, String> address) {
        List<String> found = read.apply(Optional.of(after).filter(name -> !name.isBlank()), LENGTH + 1);
        List<String> names = found.subList(0, Math.min(LENGTH, found.size()));
        return new NamesPage(
                names,
                after.isBlank(),
                found.size() > LENGTH ? Optional.of(address.apply(names.get(LENGTH - 1))) : Optional.empty());
    }
}
