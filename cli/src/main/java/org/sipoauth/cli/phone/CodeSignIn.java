package org.sipoauth.cli.phone;

import java.io.IOException;
import java.net.URI;
import org.sipoauth.cli.console.CommandFailure;

/** Signs in by authorization code with PKCE, as a softphone does. */
record CodeSignIn(String clientId, String scope, String device, SignIn.Way way) implements FirstTokens {

    @Override
    public Tokens get(AuthorizationServer server, TokenEndpoint endpoint) throws IOException, InterruptedException {
        try (SignIn signIn = way.open()) {
            CodeRequest codeRequest = new CodeRequest(server, signIn.redirectUri());
            URI address = codeRequest.address(clientId, scope, device);
            String code = codeRequest.codeFrom(signIn.answerTo(address));
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
