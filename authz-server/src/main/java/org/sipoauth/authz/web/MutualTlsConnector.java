package org.sipoauth.authz.web;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.Optional;
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

    MutualTlsConnector(Settings settings, ObjectProvider<SslBundles> bundles) {
        this.settings = settings;
        this.bundles = bundles;
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
