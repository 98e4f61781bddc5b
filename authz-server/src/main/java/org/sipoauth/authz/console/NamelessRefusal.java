package org.sipoauth.authz.console;

import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.sipoauth.authz.device.DeviceType;
import org.sipoauth.authz.throttle.Network;

/**
 * A refusal of which this server never got to know the phone: the code was none, the network may not ask, the certificate
 * was not taken. Any phone that could have asked so may be the one.
 *
 * @param where what was asked for, and from which address, in words
 * @param likely whether whoever asked said to be this device, or came from a network that it was seen in
 * @param more of the same from the same network before it
 */
record NamelessRefusal(Instant at, String cause, String where, boolean likely, int more, Optional<String> advice) {
    private static final int MOST = 5;

    /** What a phone, or its user's browser, is refused with; other events are about people who administer this. */
    private static final Set<String> EVENTS =
            Set.of("refused", "authorization_refused", "sign_in_refused", "configuration_refused");

    /** Parts of the names of grants that are for one sort of phones, or for none. */
    private static final List<String> OF_DESK_PHONES =
            List.of("device_code", "device_authorization", "activation-code", "manufacturer-certificate");

    private static final List<String> OF_SOFTPHONES = List.of("authorization_code", "pushed_authorization_request");
    private static final List<String> OF_SERVICES = List.of("client_credentials");

    /** Whether a record tells of one, as far as a phone of this type may have asked so. */
    static boolean isOne(Map<String, String> record, DeviceType type) {
        String grant = record.getOrDefault("grant", "");
        List<String> others = type == DeviceType.DESK_PHONE ? OF_SOFTPHONES : OF_DESK_PHONES;
        return EVENTS.contains(record.getOrDefault("event", ""))
                && !record.containsKey("device")
                && !record.containsKey("user")
                && Stream.of(others, OF_SERVICES).flatMap(List::stream).noneMatch(grant::contains);
    }

    /**
     * The likeliest, and of these the latest, first; a phone that asks again and again is one.
     *
     * @param records the newest first
     * @param networks that the device was seen in, as {@link Network} has them
     */
    static List<NamelessRefusal> of(List<Map<String, String>> records, String device, Set<String> networks) {
        Map<List<String>, NamelessRefusal> found = new LinkedHashMap<>();
        for (Map<String, String> record : records) {
            String named = record.getOrDefault("named_device", "");
            if (!named.isEmpty() && !named.equals(device)) {
                continue; // another phone, by its own word
            }
            String network =
                    Optional.ofNullable(record.get("address")).map(Network::of).orElse("");
            String cause = Diagnosis.cause(record);
            found.merge(
                    List.of(cause, network, named, record.getOrDefault("client", "")),
                    new NamelessRefusal(
                            Instant.parse(record.get("at")),
                            cause,
                            where(record),
                            named.equals(device) || networks.contains(network),
                            repeats(record),
                            Optional.ofNullable(record.get("advice"))),
                    NamelessRefusal::andBefore);
        }
        return found.values().stream()
                .sorted(Comparator.comparing(NamelessRefusal::likely)
                        .thenComparing(NamelessRefusal::at)
                        .reversed())
                .limit(MOST)
                .toList();
    }

    private NamelessRefusal andBefore(NamelessRefusal earlier) {
        return new NamelessRefusal(at, cause, where, likely, more + earlier.more + 1, advice);
    }

    private static int repeats(Map<String, String> record) {
        String repeats = record.getOrDefault("repeats", "");
        return repeats.matches("\\d{1,9}") ? Integer.parseInt(repeats) : 0;
    }

    private static String where(Map<String, String> record) {
        String asked = switch (record.getOrDefault("event", "")) {
            case "configuration_refused" -> "a configuration file";
            case "sign_in_refused" -> "a sign-in";
            case "authorization_refused" -> "an authorization request";
            default -> grant(record.getOrDefault("grant", ""));
        };
        String by = Optional.ofNullable(record.get("client"))
                .map(client -> " by " + client)
                .orElse("");
        return asked
                + by
                + Optional.ofNullable(record.get("address"))
                        .map(address -> " from " + address)
                        .orElse("");
    }

    /** Without what makes an extension grant a URI (RFC 6749 §4.5). */
    private static String grant(String grant) {
        String name =
                grant.substring(grant.lastIndexOf(':') + 1).replace('_', ' ').replace('-', ' ');
        return name.isEmpty() ? "a token request" : "a token request (" + name + ")";
    }
}
