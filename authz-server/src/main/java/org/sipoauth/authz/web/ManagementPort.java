package org.sipoauth.authz.web;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.security.web.util.matcher.RequestMatcher;

/** Matches what comes in by the listener for health and metrics, if these have one of their own. Asked for every request. */
final class ManagementPort implements RequestMatcher, ApplicationListener<WebServerInitializedEvent> {
    private static final int NONE = -1;

    private volatile int port = NONE;

    @Override
    public void onApplicationEvent(WebServerInitializedEvent started) {
        if (WebServerApplicationContext.hasServerNamespace(started.getApplicationContext(), "management")) {
            port = started.getWebServer().getPort();
        }
    }

    @Override
    public boolean matches(HttpServletRequest request) {
        return request.getLocalPort() == port;
    }
}
