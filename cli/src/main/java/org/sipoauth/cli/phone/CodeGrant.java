package org.sipoauth.cli.phone;

import java.io.IOException;
import org.sipoauth.cli.console.CommandFailure;

/** The authorization code grant from the sign-in to the tokens (RFC 6749 §4.1, with PKCE). */
final class CodeGrant {
    /** Who asks, and for what. */
    record Asked(String clientId, String scope, String device) {}

    private CodeGrant() {}

    /**
     * Signs in and redeems the code.
     *
     * @throws CommandFailure if the server refuses
     * @throws IOException if it cannot be reached or has trouble of its own
     */
    static Tokens tokens(AuthorizationServer server, TokenEndpoint endpoint, Asked asked, SignIn.Way way)
            throws IOException, InterruptedException {
        try (SignIn signIn = way.open()) {
            CodeRequest codeRequest = new CodeRequest(server, signIn.redirectUri());
            String code = codeRequest.codeFrom(
                    signIn.answerTo(codeRequest.address(asked.clientId(), asked.scope(), asked.device())));
            TokenEndpoint.Grant grant = endpoint.redeem(code, codeRequest.codeVerifier(), codeRequest.redirectUri());
            if (grant instanceof TokenEndpoint.Grant.Granted granted) {
                return granted.tokens();
            }
            TokenEndpoint.Grant.Refused refused = (TokenEndpoint.Grant.Refused) grant;
            throw new CommandFailure(
                    PhoneExitCodes.SIGN_IN,
                    "the authorization server refused the code: " + refused.error()
                            + refused.description().map(text -> ", " + text).orElse(""),
                    "Start the sign-in once more.");
        }
    }
}
