package org.sipoauth.benchmarks.platform;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Logins by the hundred: the demo subscribers, each with a browser at every server that stays signed in, so that few of them
 * cost the check of a password. Tries again while a server is away. Thread-safe.
 */
public final class SignIns {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final Http http;
    private final Cluster cluster;
    private final TokenEndpoint tokenEndpoint;
    private final Map<String, String> passwords;
    private final List<String> users;
    private final Map<String, SignIn> browsers = new ConcurrentHashMap<>();

    public SignIns(Http http, Cluster cluster) throws IOException {
        this.http = http;
        this.cluster = cluster;
        this.tokenEndpoint = new TokenEndpoint(http, cluster);
        this.passwords = cluster.passwords();
        this.users = new ArrayList<>(passwords.keySet());
    }

    /** The demo subscribers. */
    public List<String> users() {
        return users;
    }

    public String anyUser() {
        return users.get(ThreadLocalRandom.current().nextInt(users.size()));
    }

    /** The device that the demo gives a subscriber. */
    public static String deviceOf(String user) {
        return "CSF" + user.toUpperCase(Locale.ROOT);
    }

    /**
     * A new login of this subscriber's phone.
     *
     * @return the answer with both tokens
     * @throws IOException if none could be had for two minutes
     */
    public HttpResponse<String> signIn(String user) throws IOException, InterruptedException {
        Instant giveUp = Instant.now().plus(LIMIT);
        while (true) {
            try {
                return tryToSignIn(user);
            } catch (IOException away) {
                if (Instant.now().isAfter(giveUp)) {
                    throw away;
                }
                Thread.sleep(PAUSE.toMillis());
            }
        }
    }

    /** The same, once. */
    public HttpResponse<String> tryToSignIn(String user) throws IOException, InterruptedException {
        URI node = cluster.anyNode();
        SignIn browser = browsers.computeIfAbsent(node + " " + user, key -> new SignIn(http, node, deviceOf(user)));
        Map<String, String> grant;
        synchronized (browser) {
            grant = browser.codeGrant(user, passwords.getOrDefault(user, ""));
        }
        HttpResponse<String> answer = tokenEndpoint.redeem(grant);
        if (answer.statusCode() != 200) {
            throw new IOException("code grant: " + answer.statusCode() + " " + answer.body());
        }
        return answer;
    }
}
