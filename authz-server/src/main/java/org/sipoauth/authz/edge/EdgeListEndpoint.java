package org.sipoauth.authz.edge;

import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The list of edges for registrars. Open to everybody, as the keys and the status lists are, for registrars hold no
 * credentials: a name opens nothing without a certificate of an authority that the registrar trusts. No document tells
 * that it is here, though.
 */
@RestController
final class EdgeListEndpoint {
    private final EdgeListStore store;

    EdgeListEndpoint(EdgeListStore store) {
        this.store = store;
    }

    @GetMapping("/edges")
    ResponseEntity<String> edges() {
        return EdgeListDocument.forRegistrars(store.load()).answer();
    }
}
