package org.sipoauth.cli.phone;

import java.io.IOException;
import org.sipoauth.cli.console.CommandFailure;

/** How a phone that has no login comes by one. */
@FunctionalInterface
interface FirstTokens {
    /**
     * Has a person sign the phone in.
     *
     * @throws IOException if the server cannot be reached or has trouble of its own
     * @throws CommandFailure if it refuses, or nobody signs in
     */
    Tokens get(AuthorizationServer server, TokenEndpoint endpoint) throws IOException, InterruptedException;
}
