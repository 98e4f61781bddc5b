package org.sipoauth.authz.client;

import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;

/** The registered clients: fixed at start-up. */
public final class Clients implements RegisteredClientRepository {
    private final Map<String, RegisteredClient> byId;

    static final String SLIDING = "sipoauth.sliding";

    /** Whether the end of a login of this client moves with every refresh, rather than staying where it was. */
    public static boolean isSliding(RegisteredClient client) {
        return Boolean.TRUE.equals(client.getTokenSettings().getSetting(SLIDING));
    }

    Clients(Collection<RegisteredClient> clients) {
        this.byId = clients.stream()
                .collect(Collectors.toUnmodifiableMap(RegisteredClient::getClientId, Function.identity()));
    }

    @Override
    public @Nullable RegisteredClient findByClientId(String clientId) {
        return byId.get(clientId);
    }

    /** A client's id is its key as well. */
    @Override
    public @Nullable RegisteredClient findById(String id) {
        return byId.get(id);
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
        for (RegisteredClient client : byId.values()) {
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
