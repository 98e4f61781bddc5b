package org.sipoauth.cli.phone;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.http.HttpsClient;
import org.sipoauth.cli.http.NetworkTrouble;
import org.sipoauth.cli.http.Trust;
import org.sipoauth.cli.token.UnverifiedToken;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Ends the phone's login at the authorization server, and forgets it here. */
@Command(
        name = "sign-out",
        description =
                "Ends the login that a token file remembers (RFC 7009), and deletes the file. SIP servers drop the"
                        + " phone when they next read the status lists.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:signed out",
            "1:the token file is unusable, or there is none",
            "2:wrong usage",
            "4:the authorization server refused; the token file is kept",
            "6:the authorization server cannot be reached; the token file is kept"
        })
public final class SignOutCommand implements Callable<Integer> {
    private static final Duration HTTP_TIMEOUT = Duration.ofSeconds(15);

    @Spec
    private CommandSpec spec;

    @Option(names = "--token-file", required = true, paramLabel = "FILE", description = "Where the phone remembers.")
    private Path tokenFile;

    @Option(names = "--device", required = true, paramLabel = "NAME", description = "The device, such as CSFALICE.")
    private String device;

    @Option(
            names = "--trust",
            paramLabel = "PEM",
            description = "Certificate authorities to trust, in place of this Java's own.")
    private @Nullable Path trust;

    @Option(
            names = "--client-id",
            paramLabel = "ID",
            defaultValue = "softphone",
            description = "The phone's client id at the authorization server (default: ${DEFAULT-VALUE}).")
    private String clientId;

    @Override
    public Integer call() throws InterruptedException {
        PhoneMemory.Remembered remembered = new PhoneMemory(Optional.of(tokenFile), device)
                .load()
                .orElseThrow(() -> new CommandFailure(
                        ExitCodes.NO, "there is no token file " + tokenFile, "Name the phone's with --token-file."));
        HttpsClient https = new HttpsClient(Trust.context(Optional.ofNullable(trust)), HTTP_TIMEOUT);
        Tokens tokens = remembered.tokens();
        try {
            HttpsClient.Answer answer = https.postForm(
                    revocationEndpoint(https, remembered),
                    Map.of("client_id", clientId, "token", tokens.refreshToken().orElse(tokens.accessToken())));
            if (answer.status() >= 500) {
                throw new IOException("it answered " + answer.status());
            }
            if (answer.status() != 200) {
                throw refused("it answered " + answer.status());
            }
            Files.deleteIfExists(tokenFile);
        } catch (IOException trouble) {
            throw new CommandFailure(
                    PhoneExitCodes.UNREACHABLE,
                    "cannot sign out now: " + NetworkTrouble.inWords(trouble),
                    "Try again later; the token file is kept.");
        }
        spec.commandLine().getOut().println("Signed out.");
        return ExitCodes.OK;
    }

    /** As the issuer's metadata says, if it is the server that the tokens came from. */
    private static URI revocationEndpoint(HttpsClient https, PhoneMemory.Remembered remembered)
            throws IOException, InterruptedException {
        AuthorizationServer server = AuthorizationServer.discover(https, issuer(remembered.tokens()));
        if (!server.tokenEndpoint().equals(remembered.tokenEndpoint())
                && !server.mutualTlsTokenEndpoint().equals(Optional.of(remembered.tokenEndpoint()))) {
            throw refused("it is not where the tokens came from");
        }
        return server.revocationEndpoint().orElseThrow(() -> refused("it offers no revocation"));
    }

    private static URI issuer(Tokens tokens) {
        try {
            return UnverifiedToken.parse(tokens.accessToken())
                    .claims()
                    .flatMap(claims -> claims.string("iss"))
                    .map(URI::create)
                    .map(AuthorizationServer::requireHttps)
                    .orElseThrow(() -> new IllegalArgumentException("no iss"));
        } catch (UnverifiedToken.NotAToken | IllegalArgumentException unknownForm) {
            throw new CommandFailure(
                    ExitCodes.NO,
                    "the access token in the file does not say who issued it",
                    "Remove the file; the login ends by itself, or ask an administrator to revoke it.");
        }
    }

    private static CommandFailure refused(String why) {
        return new CommandFailure(
                PhoneExitCodes.SIGN_IN,
                "the authorization server did not sign the phone out: " + why,
                "Check --client-id; the token file is kept.");
    }
}
