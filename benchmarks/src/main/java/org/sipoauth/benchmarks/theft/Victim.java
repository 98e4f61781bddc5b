package org.sipoauth.benchmarks.theft;

import java.io.IOException;
import java.net.http.HttpResponse;
import org.sipoauth.benchmarks.platform.Http;
import org.sipoauth.benchmarks.platform.SignIns;
import org.sipoauth.benchmarks.platform.TokenEndpoint;
import org.sipoauth.benchmarks.platform.Violations;

/** A phone whose refresh token somebody copies. One thread at a time. */
final class Victim {
    private final TokenEndpoint tokenEndpoint;
    private final Watch watch;
    private final Violations<Violation> violations;

    private String refreshToken;
    private String accessToken;

    private Victim(
            HttpResponse<String> login, TokenEndpoint tokenEndpoint, Watch watch, Violations<Violation> violations)
            throws IOException {
        this.refreshToken = Http.member(login, "refresh_token");
        this.accessToken = Http.member(login, "access_token");
        this.tokenEndpoint = tokenEndpoint;
        this.watch = watch;
        this.violations = violations;
    }

    static Victim signIn(SignIns signIns, TokenEndpoint tokenEndpoint, Watch watch, Violations<Violation> violations)
            throws IOException, InterruptedException {
        return new Victim(signIns.signIn(signIns.anyUser()), tokenEndpoint, watch, violations);
    }

    /** What a thief copies now. */
    String refreshToken() {
        return refreshToken;
    }

    void refresh(int times) throws IOException, InterruptedException {
        for (int i = 0; i < times; i++) {
            HttpResponse<String> answer = tokenEndpoint.refreshUntilDecided(refreshToken);
            refreshToken = Http.member(answer, "refresh_token");
            accessToken = Http.member(answer, "access_token");
        }
    }

    /** The thief shows a token that the phone has long replaced: that is noticed, and ends the login. */
    void replay(String stolen) throws IOException, InterruptedException {
        watch.requireAccepted(accessToken);
        if (tokenEndpoint.refreshUntilDecided(stolen).statusCode() == 200) {
            violations.add(Violation.NOT_DETECTED, "a replay was granted");
            return;
        }
        watch.expectRejection(accessToken);
        if (tokenEndpoint.refreshUntilDecided(refreshToken).statusCode() == 200) {
            violations.add(Violation.STILL_ALIVE, "the phone could still refresh");
        }
    }

    /**
     * The thief, one generation behind, is taken for a phone whose answer was lost; then the phone shows its own token: that
     * is noticed, and ends the login for both.
     *
     * @param stolen the token before the phone's, first shown more than 70 seconds ago
     */
    void refreshBehind(String stolen) throws IOException, InterruptedException {
        watch.requireAccepted(accessToken);
        HttpResponse<String> forThief = tokenEndpoint.refreshUntilDecided(stolen);
        if (forThief.statusCode() != 200) {
            violations.add(Violation.NOT_DETECTED, "a late return was refused, so that there was nothing to detect");
            return;
        }
        if (tokenEndpoint.refreshUntilDecided(refreshToken).statusCode() == 200) {
            violations.add(Violation.NOT_DETECTED, "phone and thief could both refresh");
            return;
        }
        watch.expectRejection(accessToken);
        watch.expectRejection(Http.member(forThief, "access_token"));
        if (tokenEndpoint
                        .refreshUntilDecided(Http.member(forThief, "refresh_token"))
                        .statusCode()
                == 200) {
            violations.add(Violation.STILL_ALIVE, "the thief could still refresh");
        }
    }
}
