package org.sipoauth.authz.deskphone;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which ways in are enough: any one of these combinations, all of whose parts are shown in one request.
 *
 * @param combinations at least one, none of them empty
 */
public record WaysIn(List<Set<WayIn>> combinations) {

    public WaysIn {
        combinations = combinations.stream().map(Set::copyOf).toList();
        if (combinations.isEmpty() || combinations.stream().anyMatch(Set::isEmpty)) {
            throw new IllegalArgumentException("name at least one way in");
        }
    }

    /** Any one of these is enough. */
    public static WaysIn anyOf(Set<WayIn> ways) {
        return new WaysIn(ways.stream().sorted().map(Set::of).toList());
    }

    /**
     * Reads what {@link #settings} writes.
     *
     * @param combinations each one way or several with {@code +} between, such as
     *     {@code activation-code+manufacturer-certificate}
     * @throws IllegalArgumentException if there is none, or one that is not written so; the message says what is wrong
     */
    public static WaysIn parse(List<String> combinations) {
        List<Set<WayIn>> parsed = new ArrayList<>();
        for (String combination : combinations) {
            Set<WayIn> ways = EnumSet.noneOf(WayIn.class);
            for (String way : combination.split("\\+", -1)) {
                if (!ways.add(WayIn.ofSetting(way.strip()))) {
                    throw new IllegalArgumentException("'" + combination + "' names one way twice");
                }
            }
            if (ways.contains(WayIn.DEVICE_CODE) && ways.contains(WayIn.ACTIVATION_CODE)) {
                throw new IllegalArgumentException(
                        "'" + combination + "' cannot be met: a request carries one code, not two");
            }
            parsed.add(ways);
        }
        return new WaysIn(parsed);
    }

    /** Whether this is enough, perhaps more than enough. */
    public boolean suffice(Set<WayIn> shown) {
        return combinations.stream().anyMatch(shown::containsAll);
    }

    /** Whether there is a combination that this is part of. */
    public boolean mention(WayIn way) {
        return combinations.stream().anyMatch(ways -> ways.contains(way));
    }

    /** As settings write it. */
    public List<String> settings() {
        return combinations.stream()
                .map(ways -> ways.stream().sorted().map(WayIn::setting).collect(Collectors.joining("+")))
                .toList();
    }

    @Override
    public String toString() {
        return String.join(",", settings());
    }
}
