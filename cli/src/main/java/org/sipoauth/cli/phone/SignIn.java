package org.sipoauth.cli.phone;

import java.io.IOException;
import java.net.URI;

/** How a person gets through the sign-in pages, from the authorization request to the redirect with its answer. */
interface SignIn extends AutoCloseable {
    /** Begins one sign-in. */
    @FunctionalInterface
    interface Way {
        SignIn open() throws IOException;
    }

    /** Where the answer is to be sent: a loopback address (RFC 8252 §7.3). */
    URI redirectUri();

    /**
     * Has the person sign in.
     *
     * @param address the authorization request
     * @return the redirect URI with the answer in its query, not yet checked
     * @throws IOException if the authorization server cannot be reached
     */
    URI answerTo(URI address) throws IOException, InterruptedException;

    @Override
    void close();
}
