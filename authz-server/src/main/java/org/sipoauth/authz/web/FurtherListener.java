package org.sipoauth.authz.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.apache.catalina.connector.Connector;
import org.apache.commons.logging.LogFactory;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.ProtocolHandler;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.tomcat.SslConnectorCustomizer;
import org.springframework.boot.tomcat.TomcatProtocolHandlerCustomizer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;

/** A listener beside the first, with its address, its certificate and its limits. */
final class FurtherListener {
    private final Connector connector = new Connector(TomcatServletWebServerFactory.DEFAULT_PROTOCOL);

    /** To be called when all that sets the limits of the first listener has done so. */
    void addTo(TomcatServletWebServerFactory factory, int port) {
        connector.setPort(port);
        if (factory.getAddress() != null) { // server.address holds for every listener
            connector.setProperty("address", factory.getAddress().getHostAddress());
        }
        connector.setThrowOnFailure(true);
        if (factory.getAddress() != null && connector.getProtocolHandler() instanceof AbstractProtocol<?> protocol) {
            protocol.setAddress(factory.getAddress());
        }
        factory.getProtocolHandlerCustomizers().forEach(customizer -> customize(customizer, connector));
        factory.getConnectorCustomizers().forEach(customizer -> customizer.customize(connector));
        factory.addAdditionalConnectors(connector);
    }

    /** Speaks TLS; a certificate that is renewed is shown to the next connection. */
    void secure(SslBundles bundles) {
        SslConnectorCustomizer tls =
                new SslConnectorCustomizer(LogFactory.getLog(FurtherListener.class), connector, null);
        tls.customize(bundles.getBundle(TlsEnvironment.BUNDLE), Map.of());
        bundles.addBundleUpdateHandler(TlsEnvironment.BUNDLE, bundle -> tls.update(null, bundle));
    }

    /** Asks clients for a certificate, whose private key TLS has them prove to hold, and judges none. After {@link #secure}. */
    void askForCertificates() {
        for (SSLHostConfig host : connector.findSslHostConfigs()) {
            host.setCertificateVerification("optional");
            host.setTrustManagerClassName(AnyClientCertificate.class.getName());
        }
    }

    /** Whether the request came in by this listener. */
    boolean received(HttpServletRequest request) {
        return request.getLocalPort() == port();
    }

    /** The port it listens on; differs from the one asked for where that is 0. */
    int port() {
        return connector.getLocalPort();
    }

    @SuppressWarnings("unchecked")
    private static <T extends ProtocolHandler> void customize(
            TomcatProtocolHandlerCustomizer<T> customizer, Connector connector) {
        customizer.customize((T) connector.getProtocolHandler());
    }
}
