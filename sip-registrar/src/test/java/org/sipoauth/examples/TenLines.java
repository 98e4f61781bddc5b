package org.sipoauth.examples;

import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.sipoauth.verifier.Expectations;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.Verdict;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.sip.BearerCredentials;
import org.sipoauth.verifier.status.StatusSource;

/** The README's: four lines for the start of a server, six for each REGISTER. */
final class TenLines {
    private final TokenVerifier verifier;
    private final IntConsumer response;

    TenLines(TokenVerifier verifier, IntConsumer response) {
        this.verifier = verifier;
        this.response = response;
    }

    static TokenVerifier start() {
        String issuer = "https://auth.example.com";
        KeySource keys = KeySource.url(URI.create(issuer + "/oauth2/jwks")).open();
        StatusSource statuses = StatusSource.url(URI.create(issuer + "/oauth2/status-lists"), issuer, keys)
                .open();
        TokenVerifier verifier =
                new TokenVerifier(new Expectations(issuer, "sip:example.com", Duration.ofSeconds(30)), keys, statuses);
        return verifier;
    }

    /** @param authorization of the REGISTER, or null */
    void register(String authorization, Optional<X509Certificate> clientCertificate) {
        Optional<Verdict> verdict = Optional.ofNullable(authorization)
                .flatMap(BearerCredentials::parse)
                .flatMap(BearerCredentials::token)
                .map(verifier::verify);
        boolean registers = verdict.orElse(null) instanceof Verdict.Accepted accepted
                && accepted.token().hasScope("sip.register")
                && accepted.token().mayRegister("sip:1001@example.com")
                && accepted.token().fitsConnection(clientCertificate);
        answer(registers ? 200 : verdict.orElse(null) instanceof Verdict.Accepted ? 403 : 401);
    }

    private void answer(int status) {
        response.accept(status);
    }
}
