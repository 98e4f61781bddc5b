package org.sipoauth.authz.deskphone;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What speaks for a desk phone that asks to be signed in. */
public enum WayIn {
    /** Its owner, who enters the code that it shows (RFC 8628). */
    DEVICE_CODE,
    /** A code that an administrator has made for it. */
    ACTIVATION_CODE,
    /** The certificate that its manufacturer has put into it (RFC 8705 §4). */
    MANUFACTURER_CERTIFICATE;

    /** As settings write it, such as {@code device-code}. */
    public String setting() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws IllegalArgumentException if it is none; the message is for who wrote it */
    static WayIn ofSetting(String text) {
        return Arrays.stream(values())
                .filter(way -> way.setting().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is none of "
                        + Arrays.stream(values()).map(WayIn::setting).collect(Collectors.joining(", "))));
    }
}
