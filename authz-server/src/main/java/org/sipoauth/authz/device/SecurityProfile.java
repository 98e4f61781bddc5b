package org.sipoauth.authz.device;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A phone security profile: how the devices that refer to it are to reach their SIP servers.
 *
 * @param name at most 64 letters, digits and {@code . _ -}, a letter or digit first
 * @param oauth whether these devices register by token; only over TLS and encrypted, as tokens must not travel otherwise
 */
public record SecurityProfile(String name, Transport transport, Mode mode, boolean oauth) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /** The one that devices have unless they are given another: TLS, encrypted, with OAuth. Always there. */
    public static final String WITH_OAUTH = "standard-oauth";
    /** As {@link #WITH_OAUTH}, without OAuth. Always there. */
    public static final String WITHOUT_OAUTH = "standard-tls";

    static final List<SecurityProfile> BUILT_IN = List.of(
            new SecurityProfile(WITH_OAUTH, Transport.TLS, Mode.ENCRYPTED, true),
            new SecurityProfile(WITHOUT_OAUTH, Transport.TLS, Mode.ENCRYPTED, false));

    public enum Transport {
        UDP,
        TCP,
        TLS
    }

    /** The incumbent's device security modes. */
    public enum Mode {
        NON_SECURE,
        AUTHENTICATED,
        ENCRYPTED
    }

    /** @throws IllegalArgumentException if there can be no such profile; the message is for who asked for it */
    public SecurityProfile {
        requireName(name);
        if (oauth && (transport != Transport.TLS || mode != Mode.ENCRYPTED)) {
            throw new IllegalArgumentException(
                    "OAuth needs the transport tls and the mode encrypted: set these, or oauth to false");
        }
        if (mode != Mode.NON_SECURE && transport != Transport.TLS) {
            throw new IllegalArgumentException(
                    "the modes authenticated and encrypted need the transport tls: set it, or the mode to non_secure");
        }
    }

    static void requireName(String text) {
        if (!NAME.matcher(text).matches()) {
            throw new IllegalArgumentException("a security profile's name has at most 64 letters, digits, dots, hyphens"
                    + " and underscores, a letter or digit first");
        }
    }

    static boolean isBuiltIn(String name) {
        return BUILT_IN.stream().anyMatch(profile -> profile.name().equals(name));
    }

    /** What {@link #stored} wrote. */
    static SecurityProfile read(String name, String stored) {
        String[] parts = stored.split(" ");
        return new SecurityProfile(
                name, Transport.valueOf(parts[0]), Mode.valueOf(parts[1]), Boolean.parseBoolean(parts[2]));
    }

    String stored() {
        return transport + " " + mode + " " + oauth;
    }

    /** The same for two profiles that say the same. */
    String revision() {
        return stored().replace(' ', '.').toLowerCase(Locale.ROOT);
    }
}
