package org.sipoauth.registrar.register;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.sipoauth.registrar.sip.SipRequest;

/**
 * What is told of a request that was refused, but not for want of a token; never a credential. Texts of the peer are cut
 * and made one line.
 *
 * @param status of the answer
 * @param detail for whoever looks after us, never for the phone
 * @param to the URI that was to be registered
 * @param devices that the contacts name
 * @param edge through which it came
 */
public record RefusedRequest(
        Instant at,
        Refusal refusal,
        String method,
        int status,
        String detail,
        String to,
        List<String> devices,
        InetSocketAddress peer,
        Optional<String> edge,
        Arrival.Port port) {
    private static final int LONGEST_TEXT = 200;

    /** Controls, line separators, what turns the direction of text or is not seen, and halves of characters. */
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]");

    static RefusedRequest of(Instant at, Refused refused, SipRequest request, Arrival arrival) {
        List<String> devices = new ArrayList<>();
        request.contacts().forEach(contact -> contact.deviceName().ifPresent(name -> devices.add(printable(name))));
        return new RefusedRequest(
                at,
                refused.refusal(),
                printable(request.method()),
                refused.status(),
                printable(String.valueOf(refused.getMessage())),
                printable(request.to().uri()),
                List.copyOf(devices),
                arrival.peer(),
                arrival.edge().map(Arrival.Edge::name),
                arrival.port());
    }

    /** What a peer wrote, as one harmless line. */
    public static String printable(String text) {
        String line = text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) + "…" : text;
        return UNPRINTABLE.matcher(line).replaceAll("?");
    }

    /** A line of the log. */
    @Override
    public String toString() {
        return String.format(
                "refused %s with %d: %s (%s); to %s, device %s, from %s on %s",
                method,
                status,
                refusal.label(),
                detail,
                to,
                devices.isEmpty() ? "-" : String.join(",", devices),
                edge.map(name -> name + " at ").orElse("") + peer,
                port.label());
    }
}
