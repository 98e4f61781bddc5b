package org.sipoauth.authz.web;

import jakarta.servlet.http.HttpServletRequest;
import org.sipoauth.authz.settings.Settings;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;
import org.springframework.stereotype.Component;

/**
 * The port from which phones take their configuration. Where tokens may be bound to a certificate, it asks for that, too.
 */
@Component
public final class ProvisioningConnector implements WebServerFactoryCustomizer<TomcatServletWebServerFactory>, Ordered {
    private final FurtherListener listener = new FurtherListener();
    private final Settings settings;
    private final ObjectProvider<SslBundles> bundles;

    ProvisioningConnector(Settings settings, ObjectProvider<SslBundles> bundles) {
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
        listener.addTo(factory, settings.provisioning().port());
        if (!settings.insecurePlainHttp()) {
            listener.secure(bundles.getObject());
        }
        if (settings.mutualTls().port() != null) {
            listener.askForCertificates();
        }
    }

    /** Whether the request came in by this listener. */
    boolean received(HttpServletRequest request) {
        return listener.received(request);
    }

    /** The port it listens on; differs from the setting where that is 0. */
    public int port() {
        return listener.port();
    }
}
