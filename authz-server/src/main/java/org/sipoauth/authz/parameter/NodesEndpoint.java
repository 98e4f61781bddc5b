package org.sipoauth.authz.parameter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.administration.AdministrationEndpoint;
import org.sipoauth.authz.administration.Defaulted;
import org.sipoauth.authz.administration.Preconditions;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.redis.StoredRecord;
import org.sipoauth.authz.settings.Settings.Node;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;

/**
 * The nodes for administrators. They are one resource, the whole list: their order is what phones go by, so whoever adds
 * one says where, and two who change the list at once do not mix their orders.
 */
@AdministrationEndpoint
@RequestMapping(AdministrationEndpoint.PATH + "/nodes")
final class NodesEndpoint {
    private final Nodes nodes;

    NodesEndpoint(Nodes nodes) {
        this.nodes = nodes;
    }

    @GetMapping
    ResponseEntity<?> list() {
        Optional<StoredRecord> stored = nodes.find();
        return ResponseEntity.ok()
                .eTag(Defaulted.entityTag(stored.map(StoredRecord::revision)))
                .body(json(nodes.of(stored), stored.isPresent()));
    }

    /** @param body {@code nodes}, an array of objects in order of priority */
    @PutMapping
    ResponseEntity<?> replace(
            @RequestBody Map<String, @Nullable Object> body, @RequestHeader HttpHeaders headers, Authentication who) {
        Expected expected = Defaulted.expected(headers);
        List<Node> wanted = NodeList.read(body);
        String revision = nodes.save(wanted, expected, who.getName());
        return ResponseEntity.ok().eTag(Preconditions.entityTag(revision)).body(json(wanted, true));
    }

    /** What the settings say holds again. */
    @DeleteMapping
    ResponseEntity<?> reset(@RequestHeader HttpHeaders headers, Authentication who) {
        nodes.reset(Defaulted.expected(headers), who.getName());
        return ResponseEntity.noContent().build();
    }

    private static Map<String, Object> json(List<Node> nodes, boolean set) {
        Map<String, Object> json = new LinkedHashMap<>(NodeList.json(nodes));
        json.put("set", set);
        return json;
    }
}
