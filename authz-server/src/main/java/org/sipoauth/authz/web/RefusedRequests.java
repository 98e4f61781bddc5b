package org.sipoauth.authz.web;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.ServletException;
import java.io.IOException;
import org.apache.catalina.AccessLog;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Counts what Tomcat turns away before any of our code sees it: garbage instead of TLS or HTTP, headers too large. Sits
 * where access logs do, since only they are told of such requests.
 */
final class RefusedRequests extends ValveBase implements AccessLog {
    private final MeterRegistry registry;
    private final ProvisioningConnector provisioning;
    private final MutualTlsConnector mutualTls;

    RefusedRequests(MeterRegistry registry, ProvisioningConnector provisioning, MutualTlsConnector mutualTls) {
        super(true);
        this.registry = registry;
        this.provisioning = provisioning;
        this.mutualTls = mutualTls;
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        getNext().invoke(request, response);
    }

    @Override
    public void log(Request request, Response response, long time) {
        if (request.getWrapper() == null) { // never mapped to a servlet
            registry.counter("sipoauth.requests.unreadable", "listener", listener(request.getConnector()))
                    .increment();
        }
    }

    private String listener(Connector connector) {
        int port = connector.getLocalPort();
        return port == provisioning.port() ? "provisioning" : port == mutualTls.port() ? "mutual_tls" : "main";
    }

    @Override
    public void setRequestAttributesEnabled(boolean requestAttributesEnabled) {
        // nothing here reads them
    }

    @Override
    public boolean getRequestAttributesEnabled() {
        return false;
    }
}
