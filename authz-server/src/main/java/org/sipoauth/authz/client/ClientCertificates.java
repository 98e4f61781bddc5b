package org.sipoauth.authz.client;

import jakarta.servlet.http.HttpServletRequest;
import java.security.cert.X509Certificate;

/** What TLS knows of the client of a request. */
@FunctionalInterface
public interface ClientCertificates {

    /**
     * The certificate whose private key the client has proved to hold, and what it sent to go with it. Nobody has judged
     * them yet.
     *
     * @return empty if it showed none, or this listener asks for none
     */
    X509Certificate[] shownIn(HttpServletRequest request);
}
