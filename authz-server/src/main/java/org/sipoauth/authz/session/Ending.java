package org.sipoauth.authz.session;

import java.time.Instant;
import java.util.Optional;

/**
 * Logins that are to end because of what became of their device, as it is written down.
 *
 * @param field what tells it from others: {@code d}, the device and something random, or {@code p} and the security profile
 * @param cutoff logins begun before end
 * @param revoked so many have ended
 * @param after for a profile: the device that was done last
 */
record Ending(String field, Instant cutoff, long revoked, Optional<String> after, String reason) {
    private static final String NOT_BEGUN = "-";

    static Ending ofDevice(String device, String random, Instant cutoff, String reason) {
        return new Ending("d " + device + ' ' + random, cutoff, 0, Optional.empty(), reason);
    }

    static Ending ofProfile(String profile, Instant cutoff, String reason) {
        return new Ending(fieldOfProfile(profile), cutoff, 0, Optional.empty(), reason);
    }

    static String fieldOfProfile(String profile) {
        return "p " + profile;
    }

    boolean isOfProfile() {
        return field.startsWith("p");
    }

    /** Of the device or the profile. */
    String name() {
        return field.split(" ")[1];
    }

    Ending advanced(String device, long more) {
        return new Ending(field, cutoff, revoked + more, Optional.of(device), reason);
    }

    String stored() {
        return cutoff.toEpochMilli() + " " + revoked + " " + after.orElse(NOT_BEGUN) + " " + reason;
    }

    static Ending read(String field, String stored) {
        String[] parts = stored.split(" ", 4);
        return new Ending(
                field,
                Instant.ofEpochMilli(Long.parseLong(parts[0])),
                Long.parseLong(parts[1]),
                Optional.of(parts[2]).filter(after -> !after.equals(NOT_BEGUN)),
                parts[3]);
    }
}
