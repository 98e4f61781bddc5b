package org.sipoauth.authz.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.apache.catalina.connector.Connector;
import org.apache.commons.logging.LogFactory;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.ProtocolHandler;
import org.sipoauth.authz.settings.Settings;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.tomcat.SslConnectorCustomizer;
import org.springframework.boot.tomcat.TomcatProtocolHandlerCustomizer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;
import org.springframework.stereotype.Component;

/**
 * The second listener: the port from which phones take their configuration, with the certificate and the limits of the
 * first.
 */
@Component
public final class ProvisioningConnector implements WebServerFactoryCustomizer<TomcatServletWebServerFactory>, Ordered {
    private final Connector connector = new Connector(TomcatServletWebServerFactory.DEFAULT_PROTOCOL);
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
        connector.setPort(settings.provisioning().port());
        if (factory.getAddress() != null) { // server.address holds for both listeners
            connector.setProperty("address", factory.getAddress().getHostAddress());
        }
        connector.setThrowOnFailure(true);
        if (factory.getAddress() != null && connector.getProtocolHandler() instanceof AbstractProtocol<?> protocol) {
            protocol.setAddress(factory.getAddress());
        }
        factory.getProtocolHandlerCustomizers().forEach(customizer -> customize(customizer, connector));
        factory.getConnectorCustomizers().forEach(customizer -> customizer.customize(connector));
        if (!settings.insecurePlainHttp()) {
            SslBundles ssl = bundles.getObject();
            SslConnectorCustomizer tls =
                    new SslConnectorCustomizer(LogFactory.getLog(ProvisioningConnector.class), connector, null);
            tls.customize(ssl.getBundle(TlsEnvironment.BUNDLE), Map.of());
            ssl.addBundleUpdateHandler(TlsEnvironment.BUNDLE, bundle -> tls.update(null, bundle));
        }
        factory.addAdditionalConnectors(connector);
    }

    /** Whether the request came in by this listener. */
    boolean received(HttpServletRequest request) {
        return request.getLocalPort() == connector.getLocalPort();
    }

    /** The port it listens on; differs from the setting where that is 0. */
    public int port() {
        return connector.getLocalPort();
    }

    @SuppressWarnings("unchecked")
    private static <T extends ProtocolHandler> void customize(
            TomcatProtocolHandlerCustomizer<T> customizer, Connector connector) {
        customizer.customize((T) connector.getProtocolHandler());
    }
}
