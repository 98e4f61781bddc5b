package org.sipoauth.authz.web;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.RemoteIpValve;
import org.apache.catalina.valves.ValveBase;
import org.sipoauth.authz.settings.Settings;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;
import org.springframework.stereotype.Component;

/**
 * The port at which phones show a certificate when they ask for tokens (RFC 8705 §5), if one is set. A port of its own, so
 * that browsers are not asked for certificates that they do not have.
 */
@Component
public final class MutualTlsConnector implements WebServerFactoryCustomizer<TomcatServletWebServerFactory>, Ordered {
    private final FurtherListener listener = new FurtherListener();
    private final Settings settings;
    private final ObjectProvider<SslBundles> bundles;
    private final ProvisioningConnector provisioning;

    MutualTlsConnector(Settings settings, ObjectProvider<SslBundles> bundles, ProvisioningConnector provisioning) {
        this.settings = settings;
        this.bundles = bundles;
        this.provisioning = provisioning;
    }

    /** After everything that sets the limits of the first listener. */
    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public void customize(TomcatServletWebServerFactory factory) {
        Integer port = settings.mutualTls().port();
        if (port != null && !settings.insecurePlainHttp()) {
            listener.addTo(factory, port);
            listener.secure(bundles.getObject());
            listener.askForCertificates();
            factory.setEngineValves(factory.getEngineValves().stream()
                    .flatMap(valve -> valve instanceof RemoteIpValve forwarded
                            ? Stream.of(new Bypass(forwarded), forwarded)
                            : Stream.of(valve))
                    .toList());
        }
    }

    /**
     * What says here, or where phones show the same certificate for their configuration, from where it comes is no proxy,
     * whatever its address: with TLS that ends here, nobody between a client and this server can have written it. A proxy that
     * passes such connections on may be believed at the other listener.
     */
    private final class Bypass extends ValveBase {
        private final RemoteIpValve forwarded;

        Bypass(RemoteIpValve forwarded) {
            super(true);
            this.forwarded = forwarded;
        }

        @Override
        public void invoke(Request request, Response response) throws IOException, ServletException {
            (received(request) || provisioning.received(request) ? forwarded : this)
                    .getNext()
                    .invoke(request, response);
        }
    }

    /** Whether the request came in by this listener. */
    boolean received(HttpServletRequest request) {
        return settings.mutualTls().port() != null && listener.received(request);
    }

    /** By which phones reach it; empty if there is none. */
    Optional<URI> url() {
        if (settings.mutualTls().port() == null) {
            return Optional.empty();
        }
        URI given = settings.mutualTls().url();
        return Optional.of(
                given != null
                        ? given
                        : URI.create("https://" + settings.issuer().getHost() + ":" + listener.port()));
    }

    /** The port it listens on; differs from the setting where that is 0. */
    public int port() {
        return listener.port();
    }
}
