package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.cli.http.HttpsClient;
import org.sipoauth.cli.http.HttpsClient.Answer;
import org.sipoauth.cli.http.Trust;
import org.sipoauth.cli.json.JsonObject;

/** A backup that is taken while phones refresh, and is restored elsewhere. */
class BackupIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<String> SUBSCRIBERS =
            List.of("alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy");
    private static final String PASSWORD = "for-the-redis-of-this-test";

    /** Runs what follows with the password that {@code redis-cli} takes from there. */
    private static final String AS_REDIS_USER = "REDISCLI_AUTH=" + PASSWORD + " exec \"$@\"";

    private static final String VERIFIER = "a-verifier-of-forty-three-characters-or-more";
    private static final URI CALLBACK = URI.create("http://127.0.0.1/callback");
    private static final Pattern HIDDEN = Pattern.compile("name=\"(_csrf)\" value=\"([^\"]+)\"");

    @TempDir
    private Path folder;

    private @Nullable ChildProcess redis;

    /** Its newest refresh token, which nobody but the phone uses. */
    private static final class Phone {
        private final AtomicInteger refreshes = new AtomicInteger();
        private final Platform platform;
        private final HttpsClient https;
        private String token;

        Phone(Platform platform, HttpsClient https, String token) {
            this.platform = platform;
            this.https = https;
            this.token = token;
        }

        synchronized String refresh() throws Exception {
            JsonObject answer = JsonObject.parse(https.postForm(
                            platform.issuer().resolve("/oauth2/token"),
                            Map.of("grant_type", "refresh_token", "client_id", "softphone", "refresh_token", token))
                    .body());
            Optional<String> error = answer.string("error");
            if (error.isPresent()) {
                return error.get();
            }
            token = answer.string("refresh_token").orElseThrow();
            refreshes.incrementAndGet();
            return "granted";
        }

        synchronized void signOut() throws Exception {
            assertThat(https.postForm(
                                    platform.issuer().resolve("/oauth2/revoke"),
                                    Map.of("token", token, "client_id", "softphone"))
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void phonesGoOnWithoutSigningInAgain() throws Exception {
        try (Platform platform = Platform.start(folder, "edge.example.com")) {
            List<Phone> phones = signIn(platform, SUBSCRIBERS, 2);
            Phone signedOutBefore = phones.remove(0);
            Phone signedOutAfter = phones.remove(0);
            signedOutBefore.signOut();

            Path backup = folder.resolve("backup.tar");
            takeUnderLoad(
                    phones,
                    List.of("--data", platform.data().toString(), "--to", backup.toString(), "--with-master-key"));
            signedOutAfter.signOut();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup)))
                    .isEqualTo("rw-------");
            // what a server has served as revoked is on its disk
            await().atMost(PATIENCE)
                    .until(() ->
                            platform.serverPage("/actuator/prometheus").contains("sipoauth_status_lists_revoked 2.0"));
            platform.stopServer();

            Path elsewhere = folder.resolve("elsewhere");
            run("restore.sh", "--from", backup.toString(), "--data", elsewhere.toString());
            platform.startServer(elsewhere);

            assertGoOn(platform, phones);
            assertThat(signedOutBefore.refresh()).isEqualTo("invalid_grant");
            String lostBetween = signedOutAfter.token;
            assertThat(signedOutAfter.refresh()).as("what a restore takes back").isEqualTo("granted");
            platform.stopServer();

            run(
                    "restore.sh",
                    "--from",
                    backup.toString(),
                    "--data",
                    platform.data().toString());
            platform.startServer();

            assertGoOn(platform, phones);
            assertThat(signedOutBefore.refresh()).isEqualTo("invalid_grant");
            signedOutAfter.token = lostBetween;
            assertThat(signedOutAfter.refresh())
                    .as("carried over from the folder before")
                    .isEqualTo("invalid_grant");
            Files.move(folder.resolve("data.before-restore"), folder.resolve("kept"));
            assertRefused(platform, backup);
        }
    }

    /** With the steps of {@code docs/backup.md}, by which a Redis of release 7 takes its snapshot. */
    @Test
    void phonesGoOnWithoutSigningInAgainWhereRedisIsElsewhere() throws Exception {
        int port = LoopbackPorts.free();
        Path configuration = Files.createDirectories(folder.resolve("passwords"));
        Files.writeString(configuration.resolve("spring.data.redis.password"), PASSWORD);
        List<String> settings = List.of(
                "--spring.config.import=configtree:" + configuration + "/",
                "--spring.data.redis.host=127.0.0.1",
                "--spring.data.redis.port=" + port);
        startRedis("redis", port, "yes");
        try (Platform platform = Platform.start(folder, "edge.example.com", settings, List.of())) {
            List<Phone> phones = signIn(platform, SUBSCRIBERS.subList(0, 3), 2);
            Phone signedOut = phones.remove(0);
            signedOut.signOut();

            Path backup = folder.resolve("backup.tar");
            takeUnderLoad(
                    phones,
                    List.of(
                            "--data",
                            platform.data().toString(),
                            "--to",
                            backup.toString(),
                            "--with-master-key",
                            "--redis-cli",
                            Peer.REDIS_CLI.path() + " -p " + port));
            assertRefused(platform, backup);
            platform.stopServer();
            stopRedis();

            Path elsewhere = folder.resolve("elsewhere");
            run("restore.sh", "--from", backup.toString(), "--data", elsewhere.toString());
            Path fresh = Files.createDirectories(folder.resolve("redis.restored"));
            Files.copy(elsewhere.resolve("redis.rdb"), fresh.resolve("dump.rdb"));
            startRedis("redis.restored", port, "no");
            assertThat(redis(port, "config", "set", "appendonly", "yes")).isEqualTo("OK");
            await().atMost(PATIENCE)
                    .until(() -> redis(port, "info", "persistence").contains("aof_rewrite_in_progress:0"));
            stopRedis();
            startRedis("redis.restored", port, "yes");
            platform.startServer(elsewhere);

            assertGoOn(platform, phones);
            assertThat(signedOut.refresh()).isEqualTo("invalid_grant");
        }
    }

    private void takeUnderLoad(List<Phone> phones, List<String> arguments) throws Exception {
        AtomicBoolean enough = new AtomicBoolean();
        ExecutorService load = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> loops = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                List<Phone> mine = new ArrayList<>();
                for (int i = thread; i < phones.size(); i += 4) {
                    mine.add(phones.get(i));
                }
                loops.add(load.submit(() -> {
                    while (!enough.get()) {
                        for (Phone phone : mine) {
                            assertThat(phone.refresh()).isEqualTo("granted");
                        }
                    }
                    return null;
                }));
            }
            await().atMost(PATIENCE).until(() -> phones.stream().allMatch(phone -> phone.refreshes.get() >= 2));

            int before = total(phones);
            run("backup.sh", arguments.toArray(String[]::new));
            List<Integer> atTheBackup =
                    phones.stream().map(phone -> phone.refreshes.get()).toList();
            assertThat(total(phones)).as("refreshes while the backup was taken").isGreaterThan(before);

            await().atMost(PATIENCE).until(() -> {
                for (int i = 0; i < phones.size(); i++) {
                    if (phones.get(i).refreshes.get() < atTheBackup.get(i) + 3) {
                        return false;
                    }
                }
                return true;
            });
            enough.set(true);
            for (Future<?> loop : loops) {
                loop.get();
            }
        } finally {
            enough.set(true);
            load.shutdown();
        }
    }

    private static void assertGoOn(Platform platform, List<Phone> phones) throws Exception {
        for (Phone phone : phones) {
            String answer = phone.refresh();
            assertThat(answer).as(platform.serverOutput()).isEqualTo("granted");
        }
        assertThat(counted(platform, "fast_forwarded")).isEqualTo(phones.size());
    }

    private void assertRefused(Platform platform, Path backup) throws InterruptedException {
        assertThat(script(
                        "restore.sh",
                        "--from",
                        backup.toString(),
                        "--data",
                        platform.data().toString()))
                .as("while a server runs on it")
                .isEqualTo(2);
    }

    private void startRedis(String name, int port, String appendOnly) throws IOException {
        redis = OwnRedis.start(folder, name, port, PASSWORD, appendOnly);
    }

    @AfterEach
    void stopRedis() {
        if (redis != null) {
            redis.close();
        }
    }

    private String redis(int port, String... command) throws InterruptedException {
        List<String> words = new ArrayList<>(
                List.of(Peer.BASH.path(), "-c", AS_REDIS_USER, "-", Peer.REDIS_CLI.path(), "-p", String.valueOf(port)));
        words.addAll(List.of(command));
        try (ChildProcess process = ChildProcess.start("redis-cli", folder, words)) {
            assertThat(process.awaitExit(PATIENCE)).as(process.output()).isZero();
            return process.output();
        }
    }

    private static int total(List<Phone> phones) {
        return phones.stream().mapToInt(phone -> phone.refreshes.get()).sum();
    }

    private static int counted(Platform platform, String outcome) throws IOException, InterruptedException {
        Matcher count = Pattern.compile("sipoauth_refreshes_total\\{outcome=\"" + outcome + "\"} ([0-9.]+)")
                .matcher(platform.serverPage("/actuator/prometheus"));
        assertThat(count.find()).isTrue();
        return (int) Double.parseDouble(count.group(1));
    }

    private void run(String script, String... arguments) throws InterruptedException {
        assertThat(script(script, arguments)).as(script).isZero();
    }

    private int script(String script, String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Peer.BASH.path(),
                "-c",
                AS_REDIS_USER,
                "-",
                Repository.file("deploy/" + script).toString()));
        command.addAll(Arrays.asList(arguments));
        try (ChildProcess process = ChildProcess.start(script, folder, command)) {
            int exit = process.awaitExit(PATIENCE);
            System.out.println(process.output());
            return exit;
        }
    }

    private static List<Phone> signIn(Platform platform, List<String> subscribers, int logins) throws Exception {
        HttpsClient https = new HttpsClient(Trust.context(Optional.of(platform.authority())), Duration.ofSeconds(20));
        List<Phone> phones = new ArrayList<>();
        for (String subscriber : subscribers) {
            phones.addAll(signIn(platform, https, subscriber, logins));
        }
        return phones;
    }

    /** Logins of one subscriber, who enters the password once. */
    private static List<Phone> signIn(Platform platform, HttpsClient https, String subscriber, int logins)
            throws Exception {
        HttpsClient browser = new HttpsClient(
                Trust.context(Optional.of(platform.authority())),
                Duration.ofSeconds(20),
                new CookieManager(null, CookiePolicy.ACCEPT_ORIGINAL_SERVER));
        String password = Files.readString(platform.passwordFile(subscriber)).strip();
        List<Phone> phones = new ArrayList<>();
        for (int i = 0; i < logins; i++) {
            Map<String, String> query = new LinkedHashMap<>();
            query.put("response_type", "code");
            query.put("client_id", "softphone");
            query.put("redirect_uri", CALLBACK.toString());
            query.put("scope", "sip.register");
            query.put("device_name", "CSF" + subscriber.toUpperCase(Locale.ROOT));
            query.put(
                    "code_challenge",
                    Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(MessageDigest.getInstance("SHA-256")
                                    .digest(VERIFIER.getBytes(StandardCharsets.US_ASCII))));
            query.put("code_challenge_method", "S256");
            String code = code(
                    browser,
                    platform.issuer().resolve("/oauth2/authorize?" + HttpsClient.encode(query)),
                    subscriber,
                    password);
            JsonObject tokens = JsonObject.parse(https.postForm(
                            platform.issuer().resolve("/oauth2/token"),
                            Map.of(
                                    "grant_type",
                                    "authorization_code",
                                    "client_id",
                                    "softphone",
                                    "code",
                                    code,
                                    "redirect_uri",
                                    CALLBACK.toString(),
                                    "code_verifier",
                                    VERIFIER))
                    .body());
            phones.add(new Phone(platform, https, tokens.string("refresh_token").orElseThrow()));
        }
        return phones;
    }

    private static String code(HttpsClient browser, URI address, String subscriber, String password) throws Exception {
        URI here = address;
        Answer page = browser.get(here, Map.of("Accept", "text/html"));
        for (int step = 0; step < 10; step++) {
            Optional<String> location = page.header("Location");
            if (location.isPresent()) {
                here = here.resolve(location.get());
                if (here.toString().startsWith(CALLBACK + "?")) {
                    Matcher code = Pattern.compile("[?&]code=([^&]+)").matcher(here.toString());
                    assertThat(code.find()).as(here.toString()).isTrue();
                    return code.group(1);
                }
                page = browser.get(here, Map.of("Accept", "text/html"));
            } else {
                Map<String, String> fields = new LinkedHashMap<>(Map.of("username", subscriber, "password", password));
                Matcher hidden = HIDDEN.matcher(page.body());
                while (hidden.find()) {
                    fields.put(hidden.group(1), hidden.group(2));
                }
                page = browser.postForm(here, fields);
            }
        }
        throw new AssertionError("no code after " + here);
    }
}
