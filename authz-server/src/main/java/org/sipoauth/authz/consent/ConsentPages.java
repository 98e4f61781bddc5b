package org.sipoauth.authz.consent;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.audit.Concerned;
import org.sipoauth.authz.client.Clients;
import org.sipoauth.authz.client.Scopes;
import org.sipoauth.authz.refresh.Session;
import org.sipoauth.authz.refresh.Sessions;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.oidc.OidcScopes;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;

/**
 * Asks whether an application by others may have what it asks for, and shows what was allowed, to be taken back. The
 * answer goes to Spring's authorization endpoint, which knows the request by its random state: this page decides nothing.
 */
@Controller
final class ConsentPages {
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("uuuu-MM-dd").withZone(ZoneOffset.UTC);
    private static final Map<String, String> WORDS = Map.of(
            Scopes.REGISTER, "make and take calls as you, on the phone that it names",
            OidcScopes.OPENID, "know who you are");

    private final Consents consents;
    private final Clients clients;
    private final Sessions sessions;
    private final Audit audit;

    ConsentPages(Consents consents, Clients clients, Sessions sessions, Audit audit) {
        this.consents = consents;
        this.clients = clients;
        this.sessions = sessions;
        this.audit = audit;
    }

    /** One line of a page: what an application may do, and until when. */
    record Allowed(String client, List<String> words, String end) {}

    @GetMapping("/consent")
    String page(
            @RequestParam("client_id") String clientId,
            @RequestParam("scope") String scope,
            @RequestParam("state") String state,
            Authentication account,
            Model model) {
        RegisteredClient client = clients.findByClientId(clientId);
        Set<String> scopes = Set.of(scope.split(" "));
        if (client == null
                || !client.getClientSettings().isRequireAuthorizationConsent()
                || !client.getScopes().containsAll(scopes)) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST);
        }
        model.addAttribute("account", account.getName());
        model.addAttribute("client", client.getClientId());
        model.addAttribute("scopes", new TreeSet<>(scopes));
        model.addAttribute("words", words(scopes));
        model.addAttribute("state", state);
        model.addAttribute("days", Consents.LIFETIME.toDays());
        return "consent";
    }

    @GetMapping("/applications")
    String applications(Authentication account, Model model) {
        model.addAttribute("account", account.getName());
        model.addAttribute(
                "allowed",
                consents.of(account.getName()).stream()
                        .map(consent ->
                                new Allowed(consent.client(), words(consent.scopes()), DAY.format(consent.end())))
                        .toList());
        return "applications";
    }

    /** Takes consent back, and with it what came of it: the application's logins of this person end. */
    @PostMapping("/applications/withdraw")
    String withdraw(@RequestParam("client_id") String clientId, Authentication account) {
        String user = account.getName();
        if (consents.withdraw(user, clientId)) {
            for (Session session : sessions.ofUser(user)) {
                if (session.client().equals(clientId)) {
                    sessions.revoke(session.id(), Sessions.Kind.SIGN_OUT, "consent withdrawn");
                }
            }
            audit.event("consent_withdrawn")
                    .about(new Concerned(null, user, null, clientId))
                    .keep();
        }
        return "redirect:/applications";
    }

    private static List<String> words(Set<String> scopes) {
        return scopes.stream()
                .sorted()
                .map(scope -> WORDS.getOrDefault(scope, "use what it calls \"" + scope + "\""))
                .toList();
    }
}
