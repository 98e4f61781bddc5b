package org.sipoauth.registrar.register;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.sipoauth.registrar.sip.SipRequest;

/**
 * What is told of a request that was refused, but not for want of a token; never a credential. Texts of the peer are cut
 * and made one line, and few devices are named: whoever keeps it keeps 2 KB at most, however much was sent.
 *
 * @param status of the answer
 * @param detail for whoever looks after us, never for the phone
 * @param to the URI that was to be registered
 * @param devices that the contacts name, each once; the first few
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
    static final int MOST_DEVICES = 5;

    private static final int LONGEST_TEXT = 200;
    private static final int LONGEST_NAME = 32; // a device's has 15 characters at most, a known method's 9

    /** Controls, line separators, what turns the direction of text or is not seen, and halves of characters. */
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]");

    static RefusedRequest of(Instant at, Refused refused, SipRequest request, Arrival arrival) {
        List<String> devices = request.contacts().stream()
                .flatMap(contact -> contact.deviceName().stream())
                .map(name -> printable(name, LONGEST_NAME))
                .distinct()
                .limit(MOST_DEVICES)
                .toList();
        return new RefusedRequest(
                at,
                refused.refusal(),
                printable(request.method(), LONGEST_NAME),
                refused.status(),
                printable(String.valueOf(refused.getMessage())),
                printable(request.to().uri()),
                devices,
                arrival.peer(),
                arrival.edge().map(Arrival.Edge::name),
                arrival.port());
    }

    /** What a peer wrote, as one harmless line. */
    public static String printable(String text) {
        return printable(text, LONGEST_TEXT);
    }

    private static String printable(String text, int longest) {
        String line = text.length() > longest ? text.substring(0, longest) + "…" : text;
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
