package org.sipoauth.cli.phone;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.http.NetworkTrouble;

/**
 * Signs in as a desk phone that can prove by itself that it is to be signed in: by an activation code, or by the
 * certificate that its TLS connection shows. A request whose answer was lost is made again: for the same code the server
 * then gives the same login.
 */
final class ProofSignIn implements FirstTokens {
    private static final int TRIES = 8;
    private static final Duration FIRST_WAIT = Duration.ofSeconds(2);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    /** One request for tokens. */
    private interface Attempt {
        TokenEndpoint.Grant at(TokenEndpoint endpoint) throws IOException, InterruptedException;
    }

    private final Supplier<Attempt> attempt;
    private final String advice;
    private final DeviceSignIn.Pause pause;
    private final Consumer<String> say;

    private ProofSignIn(Supplier<Attempt> attempt, String advice, DeviceSignIn.Pause pause, Consumer<String> say) {
        this.attempt = attempt;
        this.advice = advice;
        this.pause = pause;
        this.say = say;
    }

    /** @param code asked for when it is needed, once */
    static FirstTokens byActivationCode(
            Supplier<String> code, String device, DeviceSignIn.Pause pause, Consumer<String> say) {
        return new ProofSignIn(
                () -> {
                    String given = code.get();
                    return endpoint -> endpoint.activate(given, device);
                },
                "Ask an administrator for a new code: sipoauth activation create " + device + ".",
                pause,
                say);
    }

    static FirstTokens byCertificate(String device, DeviceSignIn.Pause pause, Consumer<String> say) {
        return new ProofSignIn(
                () -> endpoint -> endpoint.byCertificate(device),
                "The authorization server's audit says why; see its sipoauth.manufacturers and sipoauth.desk-phones.ways.",
                pause,
                say);
    }

    @Override
    public Tokens get(AuthorizationServer server, TokenEndpoint endpoint) throws IOException, InterruptedException {
        Attempt request = attempt.get();
        Duration wait = FIRST_WAIT;
        for (int tries = 1; ; tries++) {
            try {
                return tokens(request.at(endpoint));
            } catch (IOException trouble) {
                if (tries == TRIES) {
                    throw trouble;
                }
                say.accept("No tokens (" + NetworkTrouble.inWords(trouble) + "); asking again in " + wait.toSeconds()
                        + " s");
                pause.last(wait);
                wait = wait.multipliedBy(2).compareTo(LONGEST_WAIT) < 0 ? wait.multipliedBy(2) : LONGEST_WAIT;
            }
        }
    }

    private Tokens tokens(TokenEndpoint.Grant grant) {
        if (grant instanceof TokenEndpoint.Grant.Granted granted) {
            return granted.tokens();
        }
        TokenEndpoint.Grant.Refused refused = (TokenEndpoint.Grant.Refused) grant;
        Optional<String> description = refused.description();
        throw new CommandFailure(
                PhoneExitCodes.SIGN_IN,
                "the phone was not signed in: " + refused.error()
                        + description.map(text -> ", " + text).orElse(""),
                advice);
    }
}
