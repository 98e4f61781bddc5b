package org.sipoauth.cli.phone;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.http.NetworkTrouble;
import org.sipoauth.cli.phone.RegisterDialogue.Outcome;
import org.sipoauth.registrar.sip.Contact;
import org.sipoauth.registrar.sip.Parsed;
import org.sipoauth.registrar.sip.SipUri;

/** A phone that has its configuration and a login: it registers and stays registered. */
final class Phone {
    /**
     * Who the phone is.
     *
     * @param aor the address-of-record it registers at an endpoint
     */
    record Identity(String device, Function<Endpoint, SipUri> aor) {}

    /** The registrar's answer is no. */
    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient Outcome.Refused refused;

        Refusal(Outcome.Refused refused) {
            super(refused.status() + " " + refused.reason(), null, false, false);
            this.refused = refused;
        }

        /** Whether the registrar asks to come again, or the fault is its own. */
        boolean isPassing() {
            return refused.retryAfter().isPresent() || refused.status() >= 500;
        }

        CommandFailure asFailure(Endpoint endpoint) {
            String warning = refused.warning().map(text -> ", " + text).orElse("");
            return new CommandFailure(
                    PhoneExitCodes.REFUSED,
                    endpoint + " refuses the registration: " + getMessage() + warning,
                    "The registrar's log says why; check its mode, the port, and the device's addresses-of-record.");
        }
    }

    private static final Duration PATIENCE_ONCE = Duration.ofSeconds(30);
    private static final Duration PONG_WITHIN = Duration.ofSeconds(10); // RFC 5626 §4.4.1
    private static final Duration UNREGISTER_WITHIN = Duration.ofSeconds(3);
    private static final Duration PING_UNASKED = Duration.ofSeconds(120); // RFC 5626 §4.4.1

    private final SSLContext tls;
    private final List<Endpoint> endpoints;
    private final Identity identity;
    private final Login login;
    private final Trace trace;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final RetryDelay retryDelay;
    private final Consumer<String> say;

    Phone(
            SSLContext tls,
            List<Endpoint> endpoints,
            Identity identity,
            Login login,
            Trace trace,
            InstantSource clock,
            RandomGenerator random,
            Consumer<String> say) {
        this.tls = tls;
        this.endpoints = endpoints;
        this.identity = identity;
        this.login = login;
        this.trace = trace;
        this.clock = clock;
        this.random = random;
        this.retryDelay = new RetryDelay(random);
        this.say = say;
    }

    /**
     * Registers and leaves the binding in place.
     *
     * @throws CommandFailure if no endpoint can be reached, or the registrar refuses for good or for too long
     */
    void registerOnce() throws InterruptedException, LoginEnded {
        Instant giveUp = clock.instant().plus(PATIENCE_ONCE);
        int failures = 0;
        while (true) {
            Endpoint endpoint = endpoints.get(failures % endpoints.size());
            try (SipConnection connection = connect(endpoint)) {
                report(endpoint, register(registration(connection, endpoint)));
                return;
            } catch (IOException lost) {
                failures++;
                say.accept("Not registered at " + endpoint + ": " + NetworkTrouble.inWords(lost));
                if (failures >= endpoints.size()) {
                    throw unreachable(endpoint, lost);
                }
            } catch (Refusal refusal) {
                Duration delay = refusal.refused.retryAfter().orElse(PATIENCE_ONCE);
                if (refusal.refused.status() < 500
                        || clock.instant().plus(delay).isAfter(giveUp)) {
                    throw refusal.asFailure(endpoint);
                }
                say.accept(endpoint + " answered " + refusal.getMessage() + ": trying again in " + inWords(delay));
                Thread.sleep(delay.toMillis());
            }
        }
    }

    /**
     * Registers, stays registered, and takes the binding back when the thread is interrupted.
     *
     * @throws InterruptedException when it was asked to end, and has
     * @throws CommandFailure if the registrar refuses for good
     * @throws LoginEnded if the person has to sign in again
     */
    void stayRegistered() throws InterruptedException, LoginEnded {
        int failures = 0;
        while (true) {
            Endpoint endpoint = endpoints.get(failures % endpoints.size());
            try (SipConnection connection = connect(endpoint)) {
                Registration registration = registration(connection, endpoint);
                try {
                    Outcome.Registered registered = register(registration);
                    report(endpoint, registered);
                    failures = 0;
                    hold(connection, registration, registered);
                } catch (InterruptedException | LoginEnded | CommandFailure end) {
                    unregister(registration);
                    throw end;
                }
            } catch (IOException lost) {
                failures++;
                Duration delay = retryDelay.after(failures);
                say.accept("Lost " + endpoint + " (" + NetworkTrouble.inWords(lost) + "); trying again in "
                        + inWords(delay));
                pause(delay);
            } catch (Refusal refusal) {
                if (!refusal.isPassing()) {
                    throw refusal.asFailure(endpoint);
                }
                failures++;
                Duration delay = refusal.refused.retryAfter().orElse(retryDelay.after(failures));
                say.accept(refusal.asFailure(endpoint).getMessage() + "; trying again in " + inWords(delay));
                pause(delay);
            }
        }
    }

    /** Keeps the flow and the binding alive; ends only by an exception. */
    private void hold(SipConnection connection, Registration registration, Outcome.Registered first)
            throws IOException, InterruptedException, LoginEnded, Refusal {
        Outcome.Registered registered = first;
        Instant registerAt = clock.instant().plus(registerAfter(registered));
        Instant pingAt = clock.instant().plus(pingAfter(registered));
        Optional<Instant> pongBy = Optional.empty();
        while (true) {
            login.tick();
            Instant now = clock.instant();
            if (pongBy.isPresent() && !now.isBefore(pongBy.get())) {
                throw new IOException("no answer to the keep-alive");
            }
            if (!now.isBefore(pingAt)) {
                connection.ping();
                pingAt = now.plus(pingAfter(registered));
                pongBy = registered.flowTimer().map(promised -> now.plus(PONG_WITHIN));
            }
            if (!now.isBefore(registerAt)) {
                registered = register(registration);
                say.accept("Registered again for " + inWords(registered.granted()));
                registerAt = clock.instant().plus(registerAfter(registered));
            }
            Duration idle = Stream.of(
                            login.untilDue(),
                            until(pingAt),
                            until(registerAt),
                            pongBy.map(this::until).orElse(PONG_WITHIN))
                    .min(Duration::compareTo)
                    .orElseThrow();
            if (connection.receive(idle).filter(Parsed.Pong.class::isInstance).isPresent()) {
                pongBy = Optional.empty();
            }
        }
    }

    private Outcome.Registered register(Registration registration)
            throws IOException, InterruptedException, LoginEnded, Refusal {
        Outcome outcome = registration.register(login.tokens().accessToken());
        if (outcome instanceof Outcome.TokenRejected rejected) {
            say.accept("The registrar does not take the token (" + rejected.reason() + ")");
            refresh();
            outcome = registration.register(login.tokens().accessToken());
        }
        if (outcome instanceof Outcome.TokenRejected rejected) {
            throw new CommandFailure(
                    PhoneExitCodes.REFUSED,
                    "the registrar does not take even a fresh token: " + rejected.reason(),
                    "Compare the registrar's issuer and audience with the authorization server's, and their clocks.");
        }
        if (outcome instanceof Outcome.Refused refused) {
            throw new Refusal(refused);
        }
        return (Outcome.Registered) outcome;
    }

    private void refresh() throws IOException, InterruptedException, LoginEnded {
        try {
            login.refreshNow();
        } catch (IOException trouble) {
            throw new IOException("no fresh token from the authorization server: " + NetworkTrouble.inWords(trouble));
        }
    }

    private void unregister(Registration registration) throws InterruptedException {
        if (!registration.isRegistered()) {
            return;
        }
        try {
            boolean confirmed = registration.unregister(login.tokens().accessToken(), UNREGISTER_WITHIN);
            say.accept(confirmed ? "Unregistered" : "The registrar did not take the binding back; it will expire");
        } catch (IOException gone) {
            say.accept("Not unregistered (" + NetworkTrouble.inWords(gone) + "); the binding will expire");
        }
    }

    /** Waits, and keeps the login alive meanwhile. */
    private void pause(Duration delay) throws InterruptedException, LoginEnded {
        Instant end = clock.instant().plus(delay);
        for (Duration left = until(end); !left.isZero(); left = until(end)) {
            login.tick();
            Duration idle = login.untilDue().compareTo(left) < 0 ? login.untilDue() : left;
            Thread.sleep(idle.toMillis() + 1);
        }
    }

    private SipConnection connect(Endpoint endpoint) throws IOException {
        return SipConnection.open(tls, endpoint.host(), endpoint.port(), trace);
    }

    private Registration registration(SipConnection connection, Endpoint endpoint) {
        return new Registration(connection, identity.aor().apply(endpoint), identity.device());
    }

    private void report(Endpoint endpoint, Outcome.Registered registered) {
        say.accept("Registered " + identity.aor().apply(endpoint) + " as " + identity.device() + " at " + endpoint
                + " for " + inWords(registered.granted()));
        say.accept("Bindings there:");
        for (Contact binding : registered.bindings()) {
            say.accept("  " + binding);
        }
    }

    /** Well before the binding ends, and not all phones at once. */
    private Duration registerAfter(Outcome.Registered registered) {
        return share(registered.granted(), 0.75, 0.85);
    }

    private Duration pingAfter(Outcome.Registered registered) {
        return share(registered.flowTimer().orElse(PING_UNASKED), 0.8, 1.0);
    }

    private Duration share(Duration whole, double from, double to) {
        return Duration.ofMillis(Math.round(whole.toMillis() * (from + random.nextDouble() * (to - from))));
    }

    /** Zero once the instant is past. */
    private Duration until(Instant instant) {
        Duration left = Duration.between(clock.instant(), instant);
        return left.isNegative() ? Duration.ZERO : left;
    }

    private static CommandFailure unreachable(Endpoint endpoint, IOException lost) {
        return new CommandFailure(
                PhoneExitCodes.UNREACHABLE,
                "cannot register at " + endpoint + ": " + NetworkTrouble.inWords(lost),
                "Check that the registrar runs there, and --trust; --sip-host and --sip-port name another place.");
    }

    private static String inWords(Duration duration) {
        return Math.max(1, duration.toSeconds()) + " s";
    }
}
