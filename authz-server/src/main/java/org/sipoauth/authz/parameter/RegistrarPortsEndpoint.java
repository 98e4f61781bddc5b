package org.sipoauth.authz.parameter;

import java.util.Map;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The OAuth ports of the nodes, for registrars that listen where phones are sent. Open to everybody, for registrars hold no
 * credentials; it names no address, so that it tells less than a look at the ports of one.
 */
@RestController
final class RegistrarPortsEndpoint {
    private final Nodes nodes;

    RegistrarPortsEndpoint(Nodes nodes) {
        this.nodes = nodes;
    }

    @GetMapping("/sip-oauth-ports")
    ResponseEntity<Map<String, Object>> ports() {
        return ResponseEntity.ok().cacheControl(CacheControl.noCache()).body(NodeList.registrarPorts(nodes.load()));
    }
}
