package org.sipoauth.cli.phone;

import java.io.IOException;
import java.net.URI;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.Times;
import org.sipoauth.cli.http.HttpsClient;
import org.sipoauth.cli.http.NetworkTrouble;
import org.sipoauth.cli.json.JsonObject;

/**
 * Signs in as a desk phone without a browser does (RFC 8628): shows a code, which its owner enters elsewhere, and polls.
 *
 * <p>Polls no faster than it is told, and slower while the network has trouble (§3.5). A poll whose answer was lost is
 * made again with the same device code: the server then gives the same login.
 */
final class DeviceSignIn implements FirstTokens {
    private static final Duration INTERVAL_UNLESS_TOLD = Duration.ofSeconds(5); // RFC 8628 §3.2
    private static final Duration SLOWER = Duration.ofSeconds(5);
    private static final Duration SLOWEST = Duration.ofSeconds(30);

    /** Lets time pass. */
    @FunctionalInterface
    interface Pause {
        void last(Duration time) throws InterruptedException;
    }

    /** The phone's display: a line of text, and whether it can show block characters. */
    record Display(Consumer<String> line, boolean drawsBlocks) {}

    private final HttpsClient https;
    private final Map<String, String> request;
    private final InstantSource clock;
    private final Pause pause;
    private final Display display;

    DeviceSignIn(
            HttpsClient https,
            String clientId,
            String scope,
            String device,
            InstantSource clock,
            Pause pause,
            Display display) {
        this.https = https;
        this.request = Map.of("client_id", clientId, "scope", scope, "device_name", device);
        this.clock = clock;
        this.pause = pause;
        this.display = display;
    }

    /** RFC 8628 §3.2; {@code toString} leaves the device code out. */
    private record Codes(
            String deviceCode,
            String userCode,
            URI page,
            Optional<URI> pageWithCode,
            Instant expiresAt,
            Duration interval) {
        @Override
        public String toString() {
            return "codes until " + expiresAt;
        }
    }

    @Override
    public Tokens get(AuthorizationServer server, TokenEndpoint endpoint) throws IOException, InterruptedException {
        Codes codes = ask(server.deviceAuthorizationEndpoint()
                .orElseThrow(() -> new CommandFailure(
                        PhoneExitCodes.SIGN_IN,
                        "the authorization server " + server.issuer()
                                + " does not offer the device authorization grant",
                        "Sign in with a browser: leave out --device-code.")));
        show(codes);
        return poll(codes, endpoint);
    }

    private Codes ask(URI address) throws IOException, InterruptedException {
        HttpsClient.Answer answer = https.postForm(address, request);
        if (answer.status() >= 500 || answer.status() == 429) {
            throw new IOException(address + " answered " + answer.status());
        }
        try {
            JsonObject json = JsonObject.parse(answer.body());
            if (answer.status() == 200) {
                return codes(json);
            }
            throw refused(required(json, "error"), json.string("error_description"));
        } catch (ParseException | IllegalArgumentException malformed) {
            throw new IOException(address + " answered " + answer.status() + ", but not as RFC 8628 has it");
        }
    }

    private Codes codes(JsonObject json) throws ParseException {
        Duration life = Duration.ofSeconds(positive(json, "expires_in").orElseThrow(() -> missing("expires_in")));
        return new Codes(
                required(json, "device_code"),
                required(json, "user_code"),
                AuthorizationServer.requireHttps(URI.create(required(json, "verification_uri"))),
                json.string("verification_uri_complete").map(URI::create).map(AuthorizationServer::requireHttps),
                clock.instant().plus(life),
                positive(json, "interval").map(Duration::ofSeconds).orElse(INTERVAL_UNLESS_TOLD));
    }

    private void show(Codes codes) {
        display.line().accept("To sign this phone in, open " + codes.page() + " in a browser and enter");
        display.line().accept("");
        display.line().accept("    " + codes.userCode());
        display.line().accept("");
        if (codes.pageWithCode().isPresent() && display.drawsBlocks()) {
            display.line().accept("or scan this, and compare the code:");
            QrText.draw(codes.pageWithCode().get().toString()).forEach(display.line());
        }
        display.line().accept("Waiting until " + Times.utc(codes.expiresAt()));
    }

    private Tokens poll(Codes codes, TokenEndpoint endpoint) throws InterruptedException {
        Duration interval = codes.interval();
        Duration wait = interval;
        while (true) {
            pause.last(wait);
            if (!clock.instant().isBefore(codes.expiresAt())) {
                throw refused("expired_token", Optional.of("nobody entered the code in time"));
            }
            try {
                TokenEndpoint.Grant grant = endpoint.poll(codes.deviceCode());
                if (grant instanceof TokenEndpoint.Grant.Granted granted) {
                    return granted.tokens();
                }
                TokenEndpoint.Grant.Refused refused = (TokenEndpoint.Grant.Refused) grant;
                switch (refused.error()) {
                    case "authorization_pending" -> {}
                    case "slow_down" -> interval = interval.plus(SLOWER);
                    default -> throw refused(refused.error(), refused.description());
                }
                wait = interval;
            } catch (IOException trouble) {
                wait = slower(wait);
                display.line()
                        .accept("No answer (" + NetworkTrouble.inWords(trouble) + "); asking again in "
                                + wait.toSeconds() + " s");
            }
        }
    }

    private static Duration slower(Duration wait) {
        Duration doubled = wait.multipliedBy(2);
        Duration longest = wait.compareTo(SLOWEST) > 0 ? wait : SLOWEST;
        return doubled.compareTo(longest) < 0 ? doubled : longest;
    }

    private static CommandFailure refused(String error, Optional<String> description) {
        return new CommandFailure(
                PhoneExitCodes.SIGN_IN,
                "the phone was not signed in: " + error
                        + description.map(text -> ", " + text).orElse(""),
                error.equals("access_denied")
                        ? "Its owner denied it; start again if that was a mistake."
                        : "Start again for another code; check that the device belongs to who enters it.");
    }

    private static Optional<Long> positive(JsonObject json, String name) {
        return json.integer(name).filter(number -> number > 0);
    }

    private static String required(JsonObject json, String name) throws ParseException {
        return json.string(name).orElseThrow(() -> missing(name));
    }

    private static ParseException missing(String name) {
        return new ParseException(name, 0);
    }
}
