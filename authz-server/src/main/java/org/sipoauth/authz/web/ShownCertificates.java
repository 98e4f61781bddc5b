package org.sipoauth.authz.web;

import jakarta.servlet.http.HttpServletRequest;
import java.security.cert.X509Certificate;
import java.util.function.Predicate;
import org.sipoauth.authz.client.ClientCertificates;

/** What clients show at the listeners that ask for it: to ask Tomcat costs every request something. */
final class ShownCertificates implements ClientCertificates {
    private static final String ATTRIBUTE = "jakarta.servlet.request.X509Certificate";
    private static final X509Certificate[] NONE = new X509Certificate[0];

    private final Predicate<HttpServletRequest> isAskedForOne;

    ShownCertificates(Predicate<HttpServletRequest> isAskedForOne) {
        this.isAskedForOne = isAskedForOne;
    }

    @Override
    public X509Certificate[] shownIn(HttpServletRequest request) {
        return isAskedForOne.test(request) && request.getAttribute(ATTRIBUTE) instanceof X509Certificate[] chain
                ? chain
                : NONE;
    }
}
