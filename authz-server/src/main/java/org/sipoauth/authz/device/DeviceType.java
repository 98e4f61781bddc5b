package org.sipoauth.authz.device;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a device is, told by how its name begins. The names are the incumbent's, so that phones find their configuration
 * file and certificates their device: 15 characters at most; softphones are named after their user, a desk phone after
 * its MAC address.
 */
public enum DeviceType {
    /** A softphone on a computer. */
    DESKTOP("CSF", "[A-Za-z0-9]{1,12}", "CSF and 1 to 12 letters or digits (a computer)"),
    ANDROID("BOT", DeviceType.OF_A_MOBILE, "BOT and 1 to 12 of A-Z, 0-9, '.', '_', '-' (Android)"),
    IPHONE("TCT", DeviceType.OF_A_MOBILE, "TCT and the same (iPhone)"),
    TABLET("TAB", DeviceType.OF_A_MOBILE, "TAB and the same (tablet)"),
    DESK_PHONE(
            "SEP",
            "[0-9A-F]{12}",
            "SEP and the 12 hexadecimal digits of the MAC address, A-F in capitals (desk phone)");

    private static final String OF_A_MOBILE = "[A-Z0-9._-]{1,12}";

    private static final List<DeviceType> ALL = List.of(values());

    private final String prefix;
    private final Pattern name;
    private final String rule;

    DeviceType(String prefix, String rest, String rule) {
        this.prefix = prefix;
        this.name = Pattern.compile(prefix + rest);
        this.rule = rule;
    }

    /** Empty if no device can have this name. */
    public static Optional<DeviceType> ofName(String text) {
        for (DeviceType type : ALL) {
            if (text.startsWith(type.prefix)) {
                return type.name.matcher(text).matches() ? Optional.of(type) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** How names are made, for who has sent another. */
    static String rules() {
        return ALL.stream().map(type -> type.rule).collect(Collectors.joining("; "));
    }
}
