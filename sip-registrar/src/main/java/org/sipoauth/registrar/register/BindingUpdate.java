package org.sipoauth.registrar.register;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.sipoauth.registrar.location.Binding;
import org.sipoauth.registrar.sip.Contact;
import org.sipoauth.registrar.sip.Headers.Header;
import org.sipoauth.registrar.sip.SipRequest;
import org.sipoauth.verifier.AccessToken;

/**
 * What one authorized REGISTER does to the bindings of its address-of-record: RFC 3261 §10.3 steps 6 and 7. Pure; throws
 * {@link Refused} before it has changed anything, so a request is done whole or not at all.
 */
final class BindingUpdate implements UnaryOperator<List<Binding>> {
    private static final int MAX_STORED_LENGTH = 1024;

    private final SipRequest request;
    private final List<Contact> contacts;
    private final String addressOfRecord;
    private final Optional<String> flow;
    private final AccessToken token;
    private final RegistrarPolicy policy;
    private final Instant now;
    private final List<String> path;

    /** @param flow over which the request came, if it ends here */
    BindingUpdate(
            SipRequest request,
            List<Contact> contacts,
            String addressOfRecord,
            Optional<String> flow,
            AccessToken token,
            RegistrarPolicy policy,
            Instant now) {
        this.request = request;
        this.contacts = contacts;
        this.addressOfRecord = addressOfRecord;
        this.flow = flow;
        this.token = token;
        this.policy = policy;
        this.now = now;
        this.path = request.headers().elements("Path");
        if (String.join(",", path).length() > MAX_STORED_LENGTH) {
            throw Refused.bad("Path too long");
        }
    }

    @Override
    public List<Binding> apply(List<Binding> registered) {
        if (request.contactsAll()) {
            return removeAll(registered);
        }
        int most = Math.max(policy.maxContacts(), registered.size()) + registered.size();
        List<Binding> next = new ArrayList<>(registered);
        for (Contact contact : contacts) {
            if (next.size() > most) { // too many though all others made room: a head has room for thousands
                throw tooManyContacts(registered.size());
            }
            registered.stream().filter(binding -> binding.isReplacedBy(contact)).forEach(this::requireInOrder);
            Duration granted = grantedTo(contact);
            next.removeIf(binding -> binding.isReplacedBy(contact));
            if (!granted.isZero()) {
                next.add(binding(contact, granted));
            }
        }
        return withinLimit(next, registered.size());
    }

    /** Step 6: {@code *} goes with Expires 0 alone. */
    private List<Binding> removeAll(List<Binding> registered) {
        if (!request.expiresSeconds().equals(Optional.of(0L))) {
            throw Refused.bad("Contact * without Expires: 0");
        }
        registered.forEach(this::requireInOrder);
        return List.of();
    }

    /** Step 7: within one Call-ID a later request wins, whatever the order of arrival. */
    private void requireInOrder(Binding existing) {
        if (existing.callId().equals(request.callId()) && request.cseq().number() <= existing.cseq()) {
            throw new Refused(Refusal.OUT_OF_ORDER, 500, "Server Internal Error", "CSeq is not above the last one");
        }
    }

    /** Zero to remove; otherwise no longer than asked, allowed, and left of the token. */
    private Duration grantedTo(Contact contact) {
        long asked = contact.expiresSeconds().isPresent()
                ? contact.expiresSeconds().getAsLong()
                : request.expiresSeconds().orElse(policy.maxExpires().toSeconds());
        if (asked == 0) {
            return Duration.ZERO;
        }
        if (asked < policy.minExpires().toSeconds()) {
            throw new Refused(
                    Refusal.TOO_BRIEF,
                    423,
                    "Interval Too Brief",
                    "asked for " + asked + " seconds",
                    new Header("Min-Expires", Long.toString(policy.minExpires().toSeconds())));
        }
        Duration left =
                Duration.ofSeconds(Duration.between(now, token.expiresAt()).toSeconds());
        Duration most = policy.maxExpires().compareTo(left) < 0 ? policy.maxExpires() : left;
        return asked < most.toSeconds() ? Duration.ofSeconds(asked) : most;
    }

    private Binding binding(Contact contact, Duration granted) {
        if (contact.toString().length() > MAX_STORED_LENGTH) {
            throw Refused.bad("Contact too long");
        }
        return new Binding(
                addressOfRecord,
                contact.withoutExpires(),
                token.deviceName(),
                request.callId(),
                request.cseq().number(),
                now.plus(granted),
                path,
                token.status(),
                contact.isFlow() ? flow : Optional.empty());
    }

    /** A phone that lost its connections leaves contacts behind: its own oldest make room for its new ones. */
    private List<Binding> withinLimit(List<Binding> next, int before) {
        while (next.size() > policy.maxContacts() && next.size() > before) {
            Optional<Binding> stale = next.stream().filter(this::isLeftBehind).findFirst();
            next.remove(stale.orElseThrow(() -> tooManyContacts(before)));
        }
        return next;
    }

    private static Refused tooManyContacts(int before) {
        return Refused.forbidden(
                Refusal.TOO_MANY_CONTACTS, "the address-of-record has " + before + " contacts already");
    }

    private boolean isLeftBehind(Binding binding) {
        return binding.deviceName().isPresent()
                && binding.deviceName().equals(token.deviceName())
                && !(binding.callId().equals(request.callId())
                        && binding.cseq() == request.cseq().number());
    }
}
