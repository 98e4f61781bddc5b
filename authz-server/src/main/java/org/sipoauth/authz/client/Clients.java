package org.sipoauth.authz.client;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.parameter.CurrentParameters;
import org.sipoauth.authz.parameter.Parameters;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;

/** The registered clients: fixed at start-up, but for the parameters that hold for them all. */
public final class Clients implements RegisteredClientRepository {
    static final String SLIDING = "sipoauth.sliding";
    static final String REFRESHED = "sipoauth.refreshed";

    private final CurrentParameters parameters;
    private final Function<Parameters, List<RegisteredClient>> registry;
    private volatile Registered registered;

    private record Registered(Parameters with, Map<String, RegisteredClient> byId) {}

    /** Whether the end of a login of this client moves with every refresh, rather than staying where it was. */
    public static boolean isSliding(RegisteredClient client) {
        return Boolean.TRUE.equals(client.getTokenSettings().getSetting(SLIDING));
    }

    /** Whether a new login of this client is given a refresh token. */
    public static boolean isRefreshed(RegisteredClient client) {
        return !Boolean.FALSE.equals(client.getTokenSettings().getSetting(REFRESHED));
    }

    /** @param registry makes the clients, always the same ones, as they are with some parameters */
    Clients(CurrentParameters parameters, Function<Parameters, List<RegisteredClient>> registry) {
        this.parameters = parameters;
        this.registry = registry;
        this.registered = register(parameters.get());
    }

    private Registered register(Parameters with) {
        return new Registered(
                with,
                registry.apply(with).stream()
                        .collect(Collectors.toUnmodifiableMap(RegisteredClient::getClientId, Function.identity())));
    }

    private Map<String, RegisteredClient> byId() {
        Parameters inForce = parameters.get();
        Registered current = registered;
        if (current.with() != inForce) { // two who see this at once make the same twice
            current = register(inForce);
            registered = current;
        }
        return current.byId();
    }

    /** The ids of those with which somebody signs in, and not only a service itself. */
    public List<String> idsWithLogins() {
        return byId().values().stream()
                .filter(client ->
                        !client.getAuthorizationGrantTypes().equals(Set.of(AuthorizationGrantType.CLIENT_CREDENTIALS)))
                .map(RegisteredClient::getClientId)
                .sorted()
                .toList();
    }

    @Override
    public @Nullable RegisteredClient findByClientId(String clientId) {
        return byId().get(clientId);
    }

    /** A client's id is its key as well. */
    @Override
    public @Nullable RegisteredClient findById(String id) {
        return byId().get(id);
    }

    @Override
    public void save(RegisteredClient client) {
        throw new UnsupportedOperationException("clients are set up at start");
    }

    /**
     * Where a sign-in may end, as sources of a Content-Security-Policy: browsers apply {@code form-action} to the
     * redirects that follow a form, too.
     */
    public List<String> redirectSources() {
        TreeSet<String> sources = new TreeSet<>();
        for (RegisteredClient client : byId().values()) {
            for (String redirectUri : client.getRedirectUris()) {
                sources.add(source(URI.create(redirectUri)));
            }
        }
        return List.copyOf(sources);
    }

    private static String source(URI uri) {
        if (uri.getHost() == null) {
            return uri.getScheme() + ":";
        }
        boolean loopback = uri.getHost().startsWith("127.") || uri.getHost().equals("[::1]");
        String port = loopback ? ":*" : uri.getPort() < 0 ? "" : ":" + uri.getPort();
        return uri.getScheme() + "://" + uri.getHost() + port;
    }
}
