package org.sipoauth.authz.web;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Says which of our ports is taken, what it is for, and the option that changes it. Which one it was the failure does
 * not tell reliably (Tomcat names its first connector whichever failed), so each is tried.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class PortInUseAnalyzer extends AbstractFailureAnalyzer<BindException> {
    private static final Map<String, String> PURPOSES = purposes();

    private final Environment environment;

    PortInUseAnalyzer(Environment environment) {
        this.environment = environment;
    }

    private static Map<String, String> purposes() {
        Map<String, String> purposes = new LinkedHashMap<>();
        purposes.put("server.port", "sign-in and tokens");
        purposes.put("sipoauth.provisioning.port", "configuration files of the phones");
        purposes.put("sipoauth.mutual-tls.port", "tokens for phones that show a certificate");
        purposes.put("management.server.port", "health and metrics");
        return purposes;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
        List<String> taken = PURPOSES.keySet().stream().filter(this::isTaken).toList();
        if (taken.isEmpty()) {
            return null;
        }
        StringBuilder description = new StringBuilder();
        StringBuilder action = new StringBuilder("Stop what listens there, or choose another port:");
        for (String option : taken) {
            description.append("Port %d (%s) is in use. ".formatted(port(option), PURPOSES.get(option)));
            action.append(" --%s=<port>".formatted(option));
        }
        return new FailureAnalysis(
                description.toString().strip(), action.append('.').toString(), cause);
    }

    private boolean isTaken(String option) {
        int port = port(option);
        if (port <= 0) {
            return false;
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(port));
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private int port(String option) {
        return environment.getProperty(option, Integer.class, 0);
    }
}
