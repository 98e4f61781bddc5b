package org.sipoauth.authz.provisioning;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.client.ClientCertificates;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.dpop.DpopProofs;
import org.sipoauth.authz.mode.ModeStore;
import org.sipoauth.authz.parameter.Nodes;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.token.Confirmation;
import org.springframework.http.HttpHeaders;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;
import org.springframework.security.oauth2.server.resource.web.DefaultBearerTokenResolver;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.stereotype.Component;

/** How a phone proves who it is, and the answer if it does not: where to sign in, and nothing about the device. */
@Component
public final class ProvisioningAccess implements AuthenticationEntryPoint {
    /** What no name in the DNS looks like: with a colon, and beginning with a digit or one, with or without brackets. */
    static final Pattern IPV6 = Pattern.compile("\\[?(?=[^:]*:)[0-9a-fA-F:][0-9a-fA-F:.]*]?");

    private static final String SUFFIX = ".cnf.xml";
    private static final String REQUIRED = ProvisioningAccess.class.getName() + ".REQUIRED";

    private final Settings settings;
    private final Nodes nodes;
    private final Devices devices;
    private final ModeStore mode;
    private final JwtDecoder decoder;
    private final DpopProofs proofs;
    private final ClientCertificates certificates;
    private final ProvisioningRefusals refusals;
    private final MeterRegistry metrics;

    ProvisioningAccess(
            Settings settings,
            Nodes nodes,
            Devices devices,
            ModeStore mode,
            JwtDecoder decoder,
            DpopProofs proofs,
            ClientCertificates certificates,
            ProvisioningRefusals refusals,
            MeterRegistry metrics) {
        this.settings = settings;
        this.nodes = nodes;
        this.devices = devices;
        this.mode = mode;
        this.decoder = decoder;
        this.proofs = proofs;
        this.certificates = certificates;
        this.refusals = refusals;
        this.metrics = metrics;
    }

    /**
     * Whether the file that is asked for goes to its device alone: with SIP OAuth mode on, unless the device's profile has it
     * register without tokens, so that it could never show one. Decided once for each request.
     */
    boolean required(HttpServletRequest request) {
        if (request.getAttribute(REQUIRED) instanceof Boolean decided) {
            return decided;
        }
        boolean required = mode.load().isEnabled()
                && devices.find(deviceOf(request))
                        .filter(devices::registersWithoutTokens)
                        .isEmpty();
        request.setAttribute(REQUIRED, required);
        return required;
    }

    /** No name at all if the path is no file's. */
    private static String deviceOf(HttpServletRequest request) {
        String path = request.getServletPath();
        return path.endsWith(SUFFIX) ? path.substring(1, path.length() - SUFFIX.length()) : "";
    }

    /** Tokens are looked at where they are required. */
    public void configure(HttpSecurity http) {
        BearerTokenResolver header = new DefaultBearerTokenResolver();
        http.oauth2ResourceServer(server -> {
            server.jwt(jwt -> jwt.decoder(decoder))
                    .bearerTokenResolver(request -> required(request) ? header.resolve(request) : null)
                    .authenticationEntryPoint(this);
            proofs.addTo(server, this::addressOf, this);
            server.dPoP(bound -> bound.requestMatcher(request -> DpopProofs.areUsedIn(request) && required(request)));
        });
    }

    /**
     * As it came, for phones know this service by several names; empty for a name that is not among them, for the sender
     * chose it, and a proof for another service is not to be good here.
     */
    Optional<URI> addressOf(URI asked) {
        String host = String.valueOf(asked.getHost());
        boolean ours = host.equalsIgnoreCase(settings.issuer().getHost())
                || settings.provisioning().hosts().stream().anyMatch(known -> isSameHost(host, known))
                || nodes.load().stream().anyMatch(node -> isSameHost(host, node.address()));
        return ours ? Optional.of(asked) : Optional.empty();
    }

    /** An IPv6 address has brackets in a URI alone (RFC 3986 §3.2.2), and many spellings (RFC 4291 §2.2). */
    private static boolean isSameHost(String asked, String known) {
        return asked.equalsIgnoreCase(known)
                || asked.startsWith("[")
                        && ipv6(asked).isPresent()
                        && ipv6(asked).equals(ipv6(known));
    }

    private static Optional<InetAddress> ipv6(String host) {
        try { // what looks so is taken for an address or refused, never asked for in the DNS
            return IPV6.matcher(host).matches() ? Optional.of(InetAddress.getByName(host)) : Optional.empty();
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** Whether the connection shows the certificate that the token is bound to, if it is bound to one. */
    boolean fitsConnection(Jwt token, HttpServletRequest request) {
        return Confirmation.permits(token.getClaims(), certificates.shownIn(request));
    }

    @Override
    public void commence(
            HttpServletRequest request, HttpServletResponse response, @Nullable AuthenticationException failure) {
        String error = failure instanceof OAuth2AuthenticationException refused
                ? refused.getError().getErrorCode()
                : null;
        refusals.record(error == null ? "challenged" : error, request);
        challenge(request, response, error);
    }

    /**
     * RFC 6750 §3, RFC 9449 §7.1, with the parameter of RFC 8898 §2.1.1 that names the authorization server.
     *
     * @param error null if there is nothing that could be wrong
     */
    void challenge(HttpServletRequest request, HttpServletResponse response, @Nullable String error) {
        metrics.counter("sipoauth.provisioning.requests", "outcome", error == null ? "challenged" : "invalid_token")
                .increment();
        response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
        response.setHeader(
                HttpHeaders.WWW_AUTHENTICATE,
                "%s authz_server=\"%s\", realm=\"%s\"%s%s"
                        .formatted(
                                DpopProofs.schemeFor(request),
                                settings.issuer(),
                                settings.provisioning().realm(),
                                error == null ? "" : ", error=\"" + error + '"',
                                DpopProofs.areUsedIn(request) ? ", algs=\"" + DpopProofs.ALGORITHMS + '"' : ""));
    }
}
