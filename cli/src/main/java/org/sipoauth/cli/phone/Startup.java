package org.sipoauth.cli.phone;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.Times;
import org.sipoauth.cli.http.HttpsClient;
import org.sipoauth.cli.http.NetworkTrouble;

/**
 * All a phone does before its first REGISTER: it reads its configuration, signs in if it must, and falls back on what it
 * remembers while the server is down.
 */
final class Startup {
    /** @param login absent only if the configuration has the SIP OAuth mode off */
    record Ready(PhoneConfiguration configuration, Optional<Login> login) {}

    private final HttpsClient https;
    private final Provisioning provisioning;
    private final PhoneMemory memory;
    private final SignInRequest request;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Consumer<String> say;

    private byte @Nullable [] configurationFile;

    /**
     * How to sign in.
     *
     * @param server the one to sign in at; absent: the one that the provisioning service names
     * @param byMutualTls whether the phone shows a certificate when it asks for tokens
     */
    record SignInRequest(String clientId, Optional<URI> server, boolean byMutualTls, FirstTokens way) {}

    Startup(
            HttpsClient https,
            Provisioning provisioning,
            PhoneMemory memory,
            SignInRequest request,
            InstantSource clock,
            RandomGenerator random,
            Consumer<String> say) {
        this.https = https;
        this.provisioning = provisioning;
        this.memory = memory;
        this.request = request;
        this.clock = clock;
        this.random = random;
        this.say = say;
    }

    /** @throws CommandFailure if the phone cannot get what it needs */
    Ready prepare() throws InterruptedException {
        Optional<PhoneMemory.Remembered> remembered = memory.load();
        if (remembered.isPresent()) {
            try {
                Optional<Ready> ready = prepareFrom(remembered.get());
                if (ready.isPresent()) {
                    return ready.get();
                }
            } catch (LoginEnded ended) {
                say.accept("The remembered login is over: " + ended.getMessage());
            }
        }
        try {
            return prepareAnew();
        } catch (IOException trouble) {
            throw new CommandFailure(
                    PhoneExitCodes.UNREACHABLE,
                    "cannot get a configuration and tokens: " + NetworkTrouble.inWords(trouble),
                    "Check that the authorization server runs, --provisioning and --trust.");
        }
    }

    /** Empty if the remembered login is not taken any more. */
    private Optional<Ready> prepareFrom(PhoneMemory.Remembered remembered) throws InterruptedException, LoginEnded {
        configurationFile = remembered.configuration();
        Login login = login(endpoint(remembered.tokenEndpoint()), remembered.tokens());
        requireUnexpired(login);
        say.accept("Remembered tokens are in use; access until "
                + Times.utc(login.tokens().expiresAt()));
        try {
            Provisioning.Answer answer = provisioning.read(accessToken(login));
            if (answer instanceof Provisioning.Answer.SignInFirst) {
                login.refreshNow();
                answer = provisioning.read(accessToken(login));
            }
            if (answer instanceof Provisioning.Answer.Configured configured) {
                remember(login, configured);
                return Optional.of(new Ready(configured.configuration(), Optional.of(login)));
            }
            say.accept("The remembered login is not taken any more");
            return Optional.empty();
        } catch (IOException down) {
            say.accept("Configuration service unreachable (" + NetworkTrouble.inWords(down)
                    + "): the remembered configuration is in use");
            return Optional.of(new Ready(provisioning.parse(remembered.configuration()), Optional.of(login)));
        }
    }

    private void requireUnexpired(Login login) throws InterruptedException, LoginEnded {
        if (!login.tokens().isExpired(clock.instant())) {
            return;
        }
        try {
            login.refreshNow();
        } catch (IOException down) {
            throw new CommandFailure(
                    PhoneExitCodes.UNREACHABLE,
                    "the remembered access token expired at "
                            + Times.utc(login.tokens().expiresAt()) + " and cannot be refreshed: "
                            + NetworkTrouble.inWords(down),
                    "Start the authorization server, then this phone again: its refresh token is kept.");
        }
    }

    private Ready prepareAnew() throws IOException, InterruptedException {
        Provisioning.Answer answer = provisioning.read(Optional.empty());
        if (answer instanceof Provisioning.Answer.Configured open
                && !open.configuration().sipOAuthMode()) {
            return new Ready(open.configuration(), Optional.empty());
        }
        AuthorizationServer server = AuthorizationServer.discover(https, issuer(answer));
        say.accept("Signing in at " + server.issuer());
        TokenEndpoint endpoint = endpoint(tokenEndpoint(server));
        Login login = login(endpoint, request.way().get(server, endpoint));
        say.accept("Signed in; access until " + Times.utc(login.tokens().expiresAt()));
        if (provisioning.read(accessToken(login)) instanceof Provisioning.Answer.Configured configured) {
            remember(login, configured);
            return new Ready(configured.configuration(), Optional.of(login));
        }
        throw new CommandFailure(
                PhoneExitCodes.SIGN_IN,
                "the provisioning service does not take the token that " + server.issuer() + " just issued",
                "Check that both belong together.");
    }

    private URI tokenEndpoint(AuthorizationServer server) {
        return request.byMutualTls()
                ? server.mutualTlsTokenEndpoint()
                        .orElseThrow(() -> new CommandFailure(
                                PhoneExitCodes.SIGN_IN,
                                "the authorization server " + server.issuer() + " takes no certificates of phones",
                                "Set sipoauth.mutual-tls.port there, or leave out --client-certificate."))
                : server.tokenEndpoint();
    }

    private URI issuer(Provisioning.Answer answer) {
        Optional<URI> named = answer instanceof Provisioning.Answer.SignInFirst first
                ? first.authorizationServer()
                : Optional.empty();
        return request.server()
                .or(() -> named)
                .orElseThrow(() -> new CommandFailure(
                        PhoneExitCodes.SIGN_IN,
                        "the provisioning service does not say which authorization server to sign in at",
                        "Name it with --authz-server."));
    }

    private TokenEndpoint endpoint(URI address) {
        return new TokenEndpoint(https, address, request.clientId(), clock);
    }

    private Login login(TokenEndpoint endpoint, Tokens tokens) {
        return new Login(endpoint, tokens, clock, random, new Login.Watcher() {
            @Override
            public void refreshed(Tokens fresh) {
                save(endpoint.address(), fresh);
                say.accept("Tokens refreshed; access until " + Times.utc(fresh.expiresAt()));
            }

            @Override
            public void notRefreshed(IOException trouble, Duration delay) {
                say.accept("Tokens not refreshed (" + NetworkTrouble.inWords(trouble) + "); trying again in "
                        + Math.max(1, delay.toSeconds()) + " s");
            }
        });
    }

    private void remember(Login login, Provisioning.Answer.Configured configured) {
        configurationFile = configured.file();
        save(login.tokenEndpoint(), login.tokens());
    }

    /** A login without a configuration is not worth remembering yet: it is read next. */
    private void save(URI tokenEndpoint, Tokens tokens) {
        if (configurationFile != null) {
            memory.save(new PhoneMemory.Remembered(tokenEndpoint, tokens, configurationFile));
        }
    }

    private static Optional<String> accessToken(Login login) {
        return Optional.of(login.tokens().accessToken());
    }
}
