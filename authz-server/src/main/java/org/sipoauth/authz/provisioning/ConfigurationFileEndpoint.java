package org.sipoauth.authz.provisioning;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.parameter.Nodes;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.ServletWebRequest;

/**
 * {@code GET /<device>.cnf.xml}. With SIP OAuth mode on the file goes to the device itself and to nobody else: without a
 * token for it the answer is the same whether there is such a device or not. A device whose profile has it register without
 * tokens gets its file as with the mode off, and is told so. Names are compared as they are written.
 *
 * <p>A phone keeps its file and asks whether it is still good (RFC 9110 §13.1.2), which is looked at last: for a phone
 * that may not have the file, its entity tag means nothing. Nobody else keeps it.
 */
@RestController
final class ConfigurationFileEndpoint {
    static final String SUFFIX = ".cnf.xml";

    private static final String DEVICE_NAME = "device_name";

    private final Nodes nodes;
    private final Devices devices;
    private final ProvisioningAccess access;
    private final ProvisioningRefusals refusals;
    private final Audit audit;
    private final MeterRegistry metrics;

    ConfigurationFileEndpoint(
            Nodes nodes,
            Devices devices,
            ProvisioningAccess access,
            ProvisioningRefusals refusals,
            Audit audit,
            MeterRegistry metrics) {
        this.nodes = nodes;
        this.devices = devices;
        this.access = access;
        this.refusals = refusals;
        this.audit = audit;
        this.metrics = metrics;
    }

    @GetMapping("/{device:[A-Za-z0-9._-]+}" + SUFFIX)
    void configurationFile(
            @PathVariable("device") String name, @Nullable Authentication caller, ServletWebRequest exchange)
            throws IOException {
        boolean byToken = access.required(exchange.getRequest());
        Optional<Device> device = byToken ? deviceOf(caller, name, exchange.getRequest()) : devices.find(name);
        if (device.isPresent()) {
            send(ConfigurationFile.of(device.get().name(), byToken, nodes.load()), byToken, exchange);
            return;
        }
        HttpServletRequest request = exchange.getRequest();
        HttpServletResponse response = requireNonNull(exchange.getResponse());
        response.setHeader(HttpHeaders.CACHE_CONTROL, CacheControl.noStore().getHeaderValue());
        if (caller instanceof JwtAuthenticationToken token && byToken) {
            record(token.getToken(), name, request);
            access.challenge(request, response, "invalid_token");
        } else if (byToken) {
            refusals.record("challenged", request);
            access.challenge(request, response, null);
        } else {
            refusals.record("no_device", request);
            count("unknown");
            response.setStatus(HttpServletResponse.SC_NOT_FOUND);
        }
    }

    private Optional<Device> deviceOf(@Nullable Authentication caller, String name, HttpServletRequest request) {
        return caller instanceof JwtAuthenticationToken token
                        && name.equals(token.getToken().getClaimAsString(DEVICE_NAME))
                        && access.fitsConnection(token.getToken(), request)
                ? devices.findUsable(name, token.getName())
                : Optional.empty();
    }

    /** Why a good token gets no file, which the phone does not hear. */
    private void record(Jwt token, String name, HttpServletRequest request) {
        if (!name.equals(token.getClaimAsString(DEVICE_NAME))) {
            refusals.record("other_device", token, request);
        } else if (!access.fitsConnection(token, request)) {
            refusals.record("wrong_certificate", token, request);
        } else {
            refusals.record("not_allowed", token, request);
        }
    }

    /** @param toItself or to anybody, who may come as often as they like */
    private void send(ConfigurationFile file, boolean toItself, ServletWebRequest exchange) throws IOException {
        HttpServletResponse response = requireNonNull(exchange.getResponse());
        response.setHeader(
                HttpHeaders.CACHE_CONTROL, CacheControl.noCache().cachePrivate().getHeaderValue());
        boolean unchanged = exchange.checkNotModified(file.entityTag());
        count(unchanged ? "not_modified" : "served");
        Audit.Entry entry = audit.event("configuration_served")
                .with("device", file.deviceName())
                .with("unchanged", unchanged ? true : null);
        if (toItself) {
            entry.with("address", exchange.getRequest().getRemoteAddr()).writeOnceAMinute();
        } else {
            entry.writeOfNobody(exchange.getRequest().getRemoteAddr());
        }
        if (!unchanged) {
            response.setContentType(new MediaType(MediaType.APPLICATION_XML, StandardCharsets.UTF_8).toString());
            response.setContentLength(file.content().length);
            response.getOutputStream().write(file.content());
        }
    }

    private void count(String outcome) {
        metrics.counter("sipoauth.provisioning.requests", "outcome", outcome).increment();
    }
}
