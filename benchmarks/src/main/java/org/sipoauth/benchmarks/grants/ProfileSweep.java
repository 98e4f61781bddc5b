package org.sipoauth.benchmarks.grants;

import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.sipoauth.benchmarks.platform.Http;
import org.sipoauth.benchmarks.platform.Options;
import org.sipoauth.benchmarks.platform.Store;
import org.sipoauth.benchmarks.platform.Workplace;

/**
 * How long it takes until all logins of a large security profile have ended once OAuth is switched off for it: until the
 * last of them is in the status lists that the server serves, and what that costs the server, its Redis, and a phone of another
 * profile that refreshes meanwhile. {@code java -cp benchmarks/target/benchmarks.jar
 * org.sipoauth.benchmarks.grants.ProfileSweep}, in the repository, after {@code mvn package}.
 */
public final class ProfileSweep {
    private static final String PROFILE = "/admin/api/v1/security-profiles/sweep";
    private static final int IMPORTED_AT_ONCE = 1_000;
    private static final long PAUSE_MILLIS = 100;
    private static final Duration LIMIT = Duration.ofHours(1);

    private final SipOauthServer server;
    private final RedisPipe redis;
    private final int devices;
    private final Http http = Http.plain();
    private final Map<String, String> administrator;
    private String refreshToken;

    /**
     * What came of it.
     *
     * @param revoked logins, by their records
     * @param listed from the change until all of them were in the lists that are served
     * @param refreshMillis of the other phone, one after the other; no time for those that failed
     */
    record Result(
            int revoked,
            Duration listed,
            Duration serverTime,
            Duration redisTime,
            long bytesBefore,
            long mostBytes,
            List<Long> refreshMillis,
            int failures) {}

    private ProfileSweep(SipOauthServer server, RedisPipe redis, int devices) throws IOException, InterruptedException {
        this.server = server;
        this.redis = redis;
        this.devices = devices;
        HttpResponse<String> token = http.post(
                server.base().resolve("/oauth2/token"),
                Http.basic(server.administrator()),
                Map.of("grant_type", "client_credentials", "scope", "admin"));
        this.administrator = Map.of("Authorization", "Bearer " + Http.member(token, "access_token"));
        this.refreshToken = server.refreshTokens(1).get(0);
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Options options = new Options("ProfileSweep: how long it takes to end the logins of a large security profile.")
                .option("--devices", 100_000, "devices of the profile, with a login each")
                .parse(args);
        Result result = run(options.get("--devices"), System.out);
        System.exit(result.revoked() == options.get("--devices") && result.failures() == 0 ? 0 : 1);
    }

    static Result run(int devices, PrintStream out) throws IOException, InterruptedException {
        try (Workplace workplace = Workplace.open("profile-sweep")) {
            List<String> store = Store.single(workplace);
            try (SipOauthServer server =
                            new SipOauthServer("sip-oauth", workplace, List.of("-Xmx256m"), List.of(), store);
                    RedisPipe redis = new RedisPipe(BytesPerLogin.port(store))) {
                server.start();
                ProfileSweep sweep = new ProfileSweep(server, redis, devices);
                sweep.fill();
                Result result = sweep.measure();
                print(devices, result, out);
                return result;
            }
        }
    }

    private void fill() throws IOException, InterruptedException {
        switchOauth(true);
        for (int from = 0; from < devices; from += IMPORTED_AT_ONCE) {
            StringBuilder csv = new StringBuilder("name,owner,addresses_of_record,security_profile\n");
            for (int i = from; i < Math.min(devices, from + IMPORTED_AT_ONCE); i++) {
                csv.append(
                        String.format("%s,%s,sip:%d@example.com,sweep%n", Population.device(i), Population.user(i), i));
            }
            require(http.postCsv(server.base().resolve("/admin/api/v1/devices/import"), administrator, csv.toString()));
        }
        new Population(redis).grow(devices);
        redis.awaitRewritten();
    }

    private void switchOauth(boolean on) throws IOException, InterruptedException {
        require(http.put(
                server.base().resolve(PROFILE),
                administrator,
                "{\"transport\":\"tls\",\"mode\":\"encrypted\",\"oauth\":" + on + "}"));
    }

    private Result measure() throws IOException, InterruptedException {
        long bytesBefore = server.process().residentBytes();
        Duration serverBefore = server.process().processorTime();
        Duration redisBefore = redis.processorTime();
        long mostBytes = bytesBefore;
        List<Long> refreshMillis = new ArrayList<>();
        int failures = 0;
        long began = System.nanoTime();

        switchOauth(false);
        while (!isListed()) {
            if (System.nanoTime() - began > LIMIT.toNanos()) {
                throw new IOException("not all of the logins have ended within " + LIMIT);
            }
            long asked = System.nanoTime();
            if (refreshed()) {
                refreshMillis.add(Duration.ofNanos(System.nanoTime() - asked).toMillis());
            } else {
                failures++;
            }
            mostBytes = Math.max(mostBytes, server.process().residentBytes());
            Thread.sleep(PAUSE_MILLIS);
        }
        Duration listed = Duration.ofNanos(System.nanoTime() - began);
        Collections.sort(refreshMillis);
        return new Result(
                revoked(),
                listed,
                server.process().processorTime().minus(serverBefore),
                redis.processorTime().minus(redisBefore),
                bytesBefore,
                mostBytes,
                refreshMillis,
                failures);
    }

    /** Whether the sweep is over, and all bits that it has set are in the lists that are served. */
    private boolean isListed() throws IOException, InterruptedException {
        if (require(http.get(server.base().resolve(PROFILE), administrator)).contains("ending_logins")) {
            return false;
        }
        long set = 0;
        for (String list : redis.ask("KEYS", "{s??}:revoked:*")) {
            set += Long.parseLong(redis.ask("BITCOUNT", list).get(0));
        }
        long bits = set;
        return require(http.get(server.metrics(), Map.of()))
                .lines()
                .filter(line -> line.startsWith("sipoauth_status_lists_revoked "))
                .anyMatch(line -> Double.parseDouble(line.substring(line.indexOf(' '))) == bits);
    }

    private boolean refreshed() throws IOException, InterruptedException {
        HttpResponse<String> answer = http.post(
                server.base().resolve("/oauth2/token"),
                Map.of(),
                server.endpoint().refresh(refreshToken));
        if (answer.statusCode() != 200) {
            return false;
        }
        refreshToken = Http.member(answer, "refresh_token");
        return true;
    }

    private int revoked() throws IOException {
        int revoked = 0;
        for (String login : redis.ask("KEYS", "{s??}:f:*")) {
            revoked += Integer.parseInt(redis.ask("HEXISTS", login, "r").get(0));
        }
        return revoked;
    }

    private static String require(HttpResponse<String> answer) throws IOException {
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(answer.uri() + " answered " + answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }

    private static void print(int devices, Result result, PrintStream out) {
        out.printf("| a profile of %,d devices, each with a login | |%n| --- | --- |%n", devices);
        out.printf("| logins that have ended | %,d |%n", result.revoked());
        out.printf("| from the change to the last one in the lists, s | %.1f |%n", seconds(result.listed()));
        out.printf(
                "| processor time of the server, of Redis, s | %.1f, %.1f |%n",
                seconds(result.serverTime()), seconds(result.redisTime()));
        out.printf(
                "| memory of the server before, and at most, MB | %d, %d |%n",
                result.bytesBefore() >> 20, result.mostBytes() >> 20);
        List<Long> millis = result.refreshMillis();
        out.printf(
                "| refreshes of another phone meanwhile: how many, failed, ms median, slowest | %,d, %d, %d, %d |%n",
                millis.size() + result.failures(),
                result.failures(),
                millis.isEmpty() ? 0 : millis.get(millis.size() / 2),
                millis.isEmpty() ? 0 : millis.get(millis.size() - 1));
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1000.0;
    }
}
