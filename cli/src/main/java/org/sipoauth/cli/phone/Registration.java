package org.sipoauth.cli.phone;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.sipoauth.cli.phone.RegisterDialogue.Outcome;
import org.sipoauth.registrar.sip.SipUri;

/** One phone's registration of one address-of-record over one connection: the dialogue, held with waiting for each answer. */
final class Registration {
    private final SipConnection connection;
    private final RegisterDialogue dialogue;

    private boolean registered;

    Registration(SipConnection connection, SipUri aor, String device) {
        this.connection = connection;
        this.dialogue = new RegisterDialogue(connection.localHost(), connection.localPort(), aor, device);
    }

    Outcome register(String token) throws IOException, InterruptedException {
        Optional<Outcome> outcome = Optional.empty();
        while (outcome.isEmpty()) {
            outcome = dialogue.take(connection.transact(dialogue.request(token)));
        }
        registered |= outcome.get() instanceof Outcome.Registered;
        return outcome.get();
    }

    /** Whether the registrar has granted a binding here. */
    boolean isRegistered() {
        return registered;
    }

    /**
     * Takes the binding back.
     *
     * @return whether the registrar confirmed that
     * @throws IOException if it gave no answer in time
     */
    boolean unregister(String token, Duration timeout) throws IOException, InterruptedException {
        registered = false;
        return connection.transact(dialogue.removal(token), timeout).status() == 200;
    }
}
