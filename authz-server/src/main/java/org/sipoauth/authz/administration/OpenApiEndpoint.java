package org.sipoauth.authz.administration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;

/** Shows the OpenAPI document of the administration API, {@code docs/openapi.yaml}, as it was when this was built. */
@AdministrationEndpoint
final class OpenApiEndpoint {
    private final String document;

    OpenApiEndpoint() {
        try {
            document = new ClassPathResource("openapi.yaml", OpenApiEndpoint.class)
                    .getContentAsString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("openapi.yaml is missing in this build", e);
        }
    }

    @GetMapping(AdministrationEndpoint.PATH + "/openapi.yaml")
    ResponseEntity<String> document() {
        return ResponseEntity.ok().contentType(MediaType.APPLICATION_YAML).body(document);
    }
}
