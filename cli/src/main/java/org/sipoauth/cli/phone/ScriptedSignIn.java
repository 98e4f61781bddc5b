package org.sipoauth.cli.phone;

import java.io.IOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.http.HttpsClient;

/**
 * Signs in without a browser, for demonstrations and tests: fills in the sign-in page and follows redirects until one
 * leads back to the phone, whose address is never contacted. The password goes to the authorization server's own origin
 * alone.
 */
final class ScriptedSignIn implements SignIn {
    private static final int MOST_STEPS = 12;
    private static final URI REDIRECT_URI = URI.create("http://127.0.0.1/callback");

    private final HttpsClient https;
    private final String user;
    private final String password;

    ScriptedSignIn(SSLContext tls, Duration timeout, String user, String password) {
        this.https = new HttpsClient(tls, timeout, new CookieManager(null, CookiePolicy.ACCEPT_ORIGINAL_SERVER));
        this.user = user;
        this.password = password;
    }

    @Override
    public URI redirectUri() {
        return REDIRECT_URI;
    }

    @Override
    public URI answerTo(URI address) throws IOException, InterruptedException {
        URI here = address;
        HttpsClient.Answer page = https.get(here, Map.of("Accept", "text/html"));
        boolean signedIn = false;
        for (int step = 0; step < MOST_STEPS; step++) {
            if (isRedirect(page)) {
                URI next = resolve(here, location(page));
                if (next.toString().startsWith(REDIRECT_URI + "?")) {
                    return next;
                }
                here = requireSameOrigin(next, address);
                page = https.get(here, Map.of("Accept", "text/html"));
            } else if (page.status() == 200 && !signedIn) {
                LoginForm form =
                        LoginForm.find(page.body()).orElseThrow(() -> strange("a page without a sign-in form"));
                Map<String, String> fields = new LinkedHashMap<>(form.hiddenFields());
                fields.put("username", user);
                fields.put("password", password);
                here = requireSameOrigin(resolve(here, form.action().orElse(here.toString())), address);
                page = https.postForm(here, fields);
                signedIn = true;
            } else if (page.status() == 200 && LoginForm.find(page.body()).isPresent()) {
                throw new CommandFailure(
                        PhoneExitCodes.SIGN_IN,
                        "the authorization server refused the name or the password of " + user,
                        "Check both; after several failures, wait before trying again.");
            } else {
                throw strange("status " + page.status());
            }
        }
        throw strange("redirects without end");
    }

    @Override
    public void close() {
        // holds nothing open
    }

    private static boolean isRedirect(HttpsClient.Answer page) {
        return page.status() == 302 || page.status() == 303;
    }

    private static String location(HttpsClient.Answer page) {
        return page.header("Location").orElseThrow(() -> strange("a redirect to nowhere"));
    }

    private static URI resolve(URI here, String address) {
        try {
            return here.resolve(address);
        } catch (IllegalArgumentException malformed) {
            throw strange("a malformed address");
        }
    }

    private static URI requireSameOrigin(URI next, URI origin) {
        boolean same = origin.getScheme().equalsIgnoreCase(next.getScheme())
                && origin.getHost().equalsIgnoreCase(next.getHost())
                && origin.getPort() == next.getPort();
        if (!same) {
            throw strange("a redirect to another host");
        }
        return next;
    }

    private static CommandFailure strange(String what) {
        return new CommandFailure(
                PhoneExitCodes.SIGN_IN,
                "the sign-in cannot be scripted: the authorization server answered with " + what,
                "Leave out --user to sign in with a browser.");
    }
}
