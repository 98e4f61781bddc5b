package org.sipoauth.benchmarks.lostresponse;

import java.io.IOException;
import java.net.http.HttpResponse;
import org.sipoauth.benchmarks.platform.Http;
import org.sipoauth.benchmarks.platform.TokenEndpoint;

/** The servers, seen from where every answer of theirs comes past the judge. */
final class Servers {
    private final TokenEndpoint tokenEndpoint;
    private final Judge judge;

    Servers(TokenEndpoint tokenEndpoint, Judge judge) {
        this.tokenEndpoint = tokenEndpoint;
        this.judge = judge;
    }

    /** Presents a refresh token to a server picked at random, be it up or down. */
    HttpResponse<String> present(String refreshToken) throws IOException, InterruptedException {
        HttpResponse<String> answer = tokenEndpoint.refresh(refreshToken);
        if (answer.statusCode() == 200) {
            judge.granted(refreshToken, Http.member(answer, "refresh_token"));
        }
        return answer;
    }
}
