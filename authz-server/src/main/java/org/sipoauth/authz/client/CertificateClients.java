package org.sipoauth.authz.client;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.certificate.CertificatePaths;
import org.sipoauth.authz.certificate.WatchedFile;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.StartupRefused;
import org.springframework.http.HttpMethod;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationContext;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.web.authentication.AuthenticationConverter;

/**
 * Services that authenticate by certificate (RFC 8705 §2): by a subject that authorities vouch for ({@code tls_client_auth})
 * or by a certificate that is known itself ({@code self_signed_tls_client_auth}). The method is the client's, as it was set
 * up; Spring would guess it from how many certificates are sent, and fetch known ones from the client.
 */
public final class CertificateClients implements AuthenticationConverter {
    private final Map<String, Expectation> expectations;
    private final ClientCertificates certificates;
    private final Clock clock;

    /** What a client's certificate has to be. */
    private interface Expectation {
        ClientAuthenticationMethod method();

        boolean holdsFor(X509Certificate[] chain, Clock clock);
    }

    private record Subject(X500Principal name, WatchedFile<Set<TrustAnchor>> authorities) implements Expectation {
        @Override
        public ClientAuthenticationMethod method() {
            return ClientAuthenticationMethod.TLS_CLIENT_AUTH;
        }

        @Override
        public boolean holdsFor(X509Certificate[] chain, Clock clock) {
            if (!chain[0].getSubjectX500Principal().equals(name) || CertificatePaths.unfitness(chain[0]) != null) {
                return false;
            }
            try {
                CertificatePaths.path(chain, authorities.content(), clock.instant());
                return true;
            } catch (CertPathBuilderException none) {
                return false;
            }
        }
    }

    private record Known(WatchedFile<List<X509Certificate>> certificates) implements Expectation {
        @Override
        public ClientAuthenticationMethod method() {
            return ClientAuthenticationMethod.SELF_SIGNED_TLS_CLIENT_AUTH;
        }

        @Override
        public boolean holdsFor(X509Certificate[] chain, Clock clock) {
            try {
                chain[0].checkValidity(Date.from(clock.instant()));
                return certificates.content().contains(chain[0]);
            } catch (CertificateException notNow) {
                return false;
            }
        }
    }

    /** @throws StartupRefused if what the settings say of a client's certificate cannot be used */
    public CertificateClients(List<Settings.Client> clients, ClientCertificates certificates, Clock clock) {
        Map<String, Expectation> read = new HashMap<>();
        for (Settings.Client client : clients) {
            if (client.certificate() != null) {
                read.put(client.id(), expectation(client.id(), client.certificate()));
            }
        }
        this.expectations = Map.copyOf(read);
        this.certificates = certificates;
        this.clock = clock;
    }

    private static Expectation expectation(String client, Settings.ClientCertificate certificate) {
        if (certificate.subject() != null && certificate.authorities() != null && certificate.file() == null) {
            return new Subject(
                    name(client, certificate.subject()),
                    open(client, "authorities", certificate.authorities(), CertificatePaths::authorities));
        }
        if (certificate.file() != null && certificate.subject() == null && certificate.authorities() == null) {
            return new Known(open(client, "file", certificate.file(), CertificatePaths::certificates));
        }
        throw refusal(client, "certificate has neither subject and authorities nor file alone");
    }

    private static X500Principal name(String client, String subject) {
        try {
            return new X500Principal(subject);
        } catch (IllegalArgumentException malformed) {
            throw refusal(
                    client, "certificate.subject is no distinguished name such as CN=backup.example.com,O=Example");
        }
    }

    private static <T> WatchedFile<T> open(String client, String setting, Path file, WatchedFile.Reader<T> reader) {
        try {
            return new WatchedFile<>(file, reader);
        } catch (IOException | IllegalArgumentException unusable) {
            throw refusal(
                    client,
                    "certificate." + setting + " is " + file + ", which cannot be used: " + unusable.getMessage());
        }
    }

    private static StartupRefused refusal(String client, String why) {
        return new StartupRefused(
                "The client " + client + " is not set up right: " + why + ".",
                "Under sipoauth.clients give it certificate.subject with certificate.authorities, a PEM file; or"
                        + " certificate.file, a PEM file with its certificate.");
    }

    /** Null unless the client that is named has to show a certificate, and shows one. */
    @Override
    public @Nullable Authentication convert(HttpServletRequest request) {
        if (!HttpMethod.POST.matches(request.getMethod()) || request.getQueryString() != null) {
            return null;
        }
        String[] clientId = request.getParameterValues(OAuth2ParameterNames.CLIENT_ID);
        Expectation expectation = clientId != null && clientId.length == 1 ? expectations.get(clientId[0]) : null;
        X509Certificate[] chain = certificates.shownIn(request);
        return expectation == null || chain.length == 0
                ? null
                : new OAuth2ClientAuthenticationToken(clientId[0], expectation.method(), chain, null);
    }

    /** @throws OAuth2AuthenticationException {@code invalid_client} if the certificate is not this client's */
    public void verify(OAuth2ClientAuthenticationContext context) {
        Expectation expectation = expectations.get(context.getRegisteredClient().getClientId());
        boolean right = expectation != null
                && context.<Authentication>getAuthentication().getCredentials() instanceof X509Certificate[] chain
                && chain.length <= CertificatePaths.LONGEST_CHAIN
                && expectation.holdsFor(chain, clock);
        if (!right) {
            throw new OAuth2AuthenticationException(
                    new OAuth2Error(OAuth2ErrorCodes.INVALID_CLIENT, "not the certificate of this client", null));
        }
    }
}
