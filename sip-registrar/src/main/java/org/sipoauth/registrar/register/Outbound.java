package org.sipoauth.registrar.register;

import java.util.List;
import org.sipoauth.registrar.sip.Contact;
import org.sipoauth.registrar.sip.NameAddr;
import org.sipoauth.registrar.sip.SipRequest;

/**
 * Which contacts of a REGISTER are flows (RFC 5626 §6). One is where it has {@code +sip.instance} and {@code reg-id}, and the phone's
 * first hop keeps its connection: that is us, or the proxy that was the first to write a Path, with {@code ob} in its URI.
 */
final class Outbound {
    static final String OPTION = "outbound";

    private final boolean direct;
    private final boolean offered;
    private final List<Contact> contacts;

    /**
     * @throws Refused 439 where the phone relies on flows and its first hop does not keep them; 400 where it would register
     *     several contacts over one flow
     */
    Outbound(SipRequest request) {
        this.direct = request.headers().elements("Via").size() == 1;
        this.offered = request.hasOption("Supported", OPTION) || request.hasOption("Require", OPTION);
        boolean kept = direct || keepsFlows(request.headers().elements("Path"));
        boolean wanted = request.contacts().stream().anyMatch(Contact::isFlow);
        if (wanted && !kept && offered) {
            throw new Refused(
                    Refusal.FIRST_HOP, 439, "First Hop Lacks Outbound Support", "no Path with ob from the first hop");
        }
        this.contacts = kept
                ? request.contacts()
                : request.contacts().stream().map(Contact::withoutRegId).toList();
        if (hasFlow()
                && contacts.stream().filter(contact -> stays(contact, request)).count() > 1) {
            throw Refused.bad("several contacts over one flow");
        }
    }

    /** The contacts of the request; those that are no flows, without {@code reg-id}. */
    List<Contact> contacts() {
        return contacts;
    }

    /** Whether the answer says {@code Require: outbound}. */
    boolean isUsed() {
        return offered && hasFlow();
    }

    /** Whether the flow ends here, so that it is ours to say how often the phone must show that it is alive (§5.4). */
    boolean endsHere() {
        return direct;
    }

    private boolean hasFlow() {
        return contacts.stream().anyMatch(Contact::isFlow);
    }

    private static boolean stays(Contact contact, SipRequest request) {
        return contact.expiresSeconds().orElse(request.expiresSeconds().orElse(1L)) != 0;
    }

    /** Each proxy writes above those before it (RFC 3327 §5.2), so the first hop is the last. */
    private static boolean keepsFlows(List<String> path) {
        return !path.isEmpty()
                && NameAddr.parse(path.get(path.size() - 1))
                        .sipUri()
                        .filter(uri -> uri.parameter("ob").isPresent())
                        .isPresent();
    }
}
