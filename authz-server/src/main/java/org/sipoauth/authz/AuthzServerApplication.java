package org.sipoauth.authz;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The authorization server: issues the tokens with which phones register. */
@SpringBootApplication
public class AuthzServerApplication {

    public static void main(String[] args) {
        SpringApplication.run(AuthzServerApplication.class, args);
    }
}
