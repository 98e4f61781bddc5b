package org.sipoauth.authz.administration;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.web.bind.annotation.RestController;

/**
 * An endpoint below {@link #PATH}. What it refuses, and what befalls it, is answered with a problem document (RFC 9457)
 * whose detail says what to do: {@link RequestRefused} as it says, {@link IllegalArgumentException} with 400 and its
 * message, a record that is not as expected with 412, a store that is away with 503.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@RestController
public @interface AdministrationEndpoint {
    /** Where they all are. */
    String PATH = "/admin/api/v1";
}
