package org.sipoauth.authz.mode;

import java.util.Map;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The mode for registrars. Open to everybody: any phone learns it from its first REGISTER. */
@RestController
final class ModeEndpoint {
    private final ModeStore store;

    ModeEndpoint(ModeStore store) {
        this.store = store;
    }

    @GetMapping("/sip-oauth-mode")
    ResponseEntity<Map<String, Object>> mode() {
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noCache())
                .body(store.load().json());
    }
}
