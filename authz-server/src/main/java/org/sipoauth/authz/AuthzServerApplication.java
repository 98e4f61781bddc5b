package org.sipoauth.authz;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.security.oauth2.server.authorization.autoconfigure.servlet.OAuth2AuthorizationServerJwtAutoConfiguration;

/** The authorization server: issues the tokens with which phones register. */
// the keys are those of our ring: Boot would make up a throw-away one
@SpringBootApplication(exclude = OAuth2AuthorizationServerJwtAutoConfiguration.class)
public class AuthzServerApplication {

    public static void main(String[] args) {
        SpringApplication.run(AuthzServerApplication.class, args);
        System.gc(); // what the start leaves is a third of the heap, and nothing else would give it back while phones
        // are few
    }
}
