package org.sipoauth.cli.phone;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.http.HttpsClient;
import org.sipoauth.verifier.sip.BearerChallenge;

/** The service that hands phones their configuration files. */
final class Provisioning {
    /** What a phone learns when it asks for its configuration. */
    sealed interface Answer {
        /** The file, fresh or still good, and what it says. */
        record Configured(File file, PhoneConfiguration configuration) implements Answer {}

        /** The file goes to signed-in phones only; who signs them in, if the answer says so. */
        record SignInFirst(Optional<URI> authorizationServer) implements Answer {}
    }

    /**
     * A configuration file as it was served.
     *
     * @param tag its entity tag, by which the service knows whether it has changed since
     */
    record File(byte[] content, Optional<String> tag) {}

    private final HttpsClient https;
    private final URI address;
    private final String device;

    Provisioning(HttpsClient https, URI service, String device) {
        this.https = https;
        this.address = service.resolve("/" + device + ".cnf.xml");
        this.device = device;
    }

    /**
     * @param known is not sent again if it is still good (RFC 9110 §13.1.2)
     * @throws IOException if the service cannot be reached or has trouble of its own
     */
    Answer read(Optional<String> accessToken, Optional<File> known) throws IOException, InterruptedException {
        Map<String, String> headers = new HashMap<>();
        accessToken.ifPresent(token -> headers.put("Authorization", "Bearer " + token));
        known.flatMap(File::tag).ifPresent(tag -> headers.put("If-None-Match", tag));
        HttpsClient.Answer answer = https.get(address, headers);
        return switch (answer.status()) {
            case 200 -> configured(new File(answer.bytes(), answer.header("ETag")));
            case 304 -> configured(known.orElseThrow(() -> new IOException(address + " answered 304 unasked")));
            case 401 ->
                new Answer.SignInFirst(answer.header("WWW-Authenticate")
                        .flatMap(BearerChallenge::parse)
                        .flatMap(BearerChallenge::authzServer)
                        .map(Provisioning::issuer));
            case 403, 404 ->
                throw new CommandFailure(
                        ExitCodes.NO,
                        "there is no configuration for " + device + ": " + address + " answered " + answer.status(),
                        "Check the device's name, and that the person who signed in is its owner.");
            default -> throw new IOException(address + " answered " + answer.status());
        };
    }

    private Answer configured(File file) {
        return new Answer.Configured(file, parse(file.content()));
    }

    /** The file's meaning, refused unless it is this device's. */
    PhoneConfiguration parse(byte[] file) {
        try {
            PhoneConfiguration configuration = PhoneConfiguration.parse(file);
            if (!configuration.deviceName().equals(device)) {
                throw new PhoneConfiguration.Unusable("it is for the device " + configuration.deviceName());
            }
            return configuration;
        } catch (PhoneConfiguration.Unusable unusable) {
            throw new CommandFailure(
                    ExitCodes.NO,
                    "cannot use the configuration of " + device + ": " + unusable.getMessage(),
                    "Check what the provisioning service serves at " + address + ".");
        }
    }

    static String text(byte[] file) {
        return new String(file, StandardCharsets.UTF_8);
    }

    private static URI issuer(String address) {
        try {
            return AuthorizationServer.requireHttps(URI.create(address));
        } catch (IllegalArgumentException unusable) {
            throw new CommandFailure(
                    PhoneExitCodes.SIGN_IN,
                    "the provisioning service names an authorization server without an https address",
                    "Check the issuer that the authorization server is configured with.");
        }
    }
}
