package org.sipoauth.authz.provisioning;

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
import org.sipoauth.authz.settings.Settings;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code GET /<device>.cnf.xml}. With SIP OAuth mode on the file goes to the device itself and to nobody else: without a
 * token for it the answer is the same whether there is such a device or not.
 */
@RestController
final class ConfigurationFileEndpoint {
    private final Settings settings;
    private final Devices devices;
    private final ProvisioningAccess access;
    private final Audit audit;
    private final MeterRegistry metrics;

    ConfigurationFileEndpoint(
            Settings settings, Devices devices, ProvisioningAccess access, Audit audit, MeterRegistry metrics) {
        this.settings = settings;
        this.devices = devices;
        this.access = access;
        this.audit = audit;
        this.metrics = metrics;
    }

    @GetMapping("/{device:[A-Za-z0-9._-]+}.cnf.xml")
    void configurationFile(
            @PathVariable("device") String name,
            @Nullable Authentication caller,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        response.setHeader(HttpHeaders.CACHE_CONTROL, CacheControl.noStore().getHeaderValue());
        boolean byToken = access.required();
        Optional<Device> device = byToken ? deviceOf(caller, name, request) : devices.find(name);
        if (device.isPresent()) {
            send(ConfigurationFile.of(device.get().name(), byToken, settings.provisioning()), response);
            audit.event("configuration_served").with("device", name).write();
        } else if (byToken) {
            access.challenge(response, caller instanceof JwtAuthenticationToken);
        } else {
            metrics.counter("sipoauth.provisioning.requests", "outcome", "unknown")
                    .increment();
            response.setStatus(HttpServletResponse.SC_NOT_FOUND);
        }
    }

    private Optional<Device> deviceOf(@Nullable Authentication caller, String name, HttpServletRequest request) {
        return caller instanceof JwtAuthenticationToken token
                        && name.equals(token.getToken().getClaimAsString("device_name"))
                        && ProvisioningAccess.fitsConnection(token.getToken(), request)
                ? devices.findUsable(name, token.getName())
                : Optional.empty();
    }

    private void send(String xml, HttpServletResponse response) throws IOException {
        metrics.counter("sipoauth.provisioning.requests", "outcome", "served").increment();
        byte[] body = xml.getBytes(StandardCharsets.UTF_8);
        response.setContentType(new MediaType(MediaType.APPLICATION_XML, StandardCharsets.UTF_8).toString());
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
