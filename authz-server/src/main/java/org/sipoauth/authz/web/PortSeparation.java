package org.sipoauth.authz.web;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import java.util.regex.Pattern;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Configuration files are on the provisioning port and nowhere else, and nothing else is there: no error page either, by
 * which the few paths that Tomcat refuses before us would be told from the rest. At the port for certificates there
 * is what machines ask for alone: tokens, and what they are good for.
 */
final class PortSeparation extends OncePerRequestFilter {
    private static final Set<String> OF_MACHINES = Set.of("/oauth2/token", "/oauth2/introspect", "/oauth2/revoke");
    private static final String ADMINISTRATION = "/admin/api/";
    private static final Pattern CONFIGURATION_FILE = Pattern.compile("/[A-Za-z0-9._-]{1,50}\\.cnf\\.xml");

    private final ProvisioningConnector provisioning;
    private final MutualTlsConnector mutualTls;

    PortSeparation(ProvisioningConnector provisioning, MutualTlsConnector mutualTls) {
        this.provisioning = provisioning;
        this.mutualTls = mutualTls;
    }

    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getDispatcherType() == DispatcherType.ERROR) {
            if (!provisioning.received(request)) {
                chain.doFilter(request, response);
            }
            return;
        }
        String path = request.getServletPath(); // decoded, as the endpoints see it
        boolean isFile =
                path.endsWith(".cnf.xml") && CONFIGURATION_FILE.matcher(path).matches();
        boolean plainly = path.equals(request.getRequestURI());
        boolean isOfMachines = OF_MACHINES.contains(path) && plainly || path.startsWith(ADMINISTRATION);
        if (isThere(request, isFile && plainly, isFile, isOfMachines)) {
            chain.doFilter(request, response);
        } else {
            response.setStatus(HttpServletResponse.SC_NOT_FOUND);
        }
    }

    private boolean isThere(HttpServletRequest request, boolean isPlainFile, boolean isFile, boolean isOfMachines) {
        if (provisioning.received(request)) {
            return isPlainFile;
        }
        return mutualTls.received(request) ? isOfMachines : !isFile;
    }
}
