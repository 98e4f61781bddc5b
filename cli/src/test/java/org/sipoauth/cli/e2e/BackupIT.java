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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
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
    private static final int PHONES = 20;
    private static final String VERIFIER = "a-verifier-of-forty-three-characters-or-more";
    private static final URI CALLBACK = URI.create("http://127.0.0.1/callback");
    private static final Pattern HIDDEN = Pattern.compile("name=\"(_csrf)\" value=\"([^\"]+)\"");

    @TempDir
    private static Path folder;

    private static Platform platform;
    private static HttpsClient https;

    @BeforeAll
    static void start() throws Exception {
        platform = Platform.start(folder, "edge.example.com");
        https = new HttpsClient(Trust.context(Optional.of(platform.authority())), Duration.ofSeconds(20));
    }

    @AfterAll
    static void stop() {
        if (platform != null) {
            platform.close();
        }
    }

    /** Its newest refresh token, which nobody but the phone uses. */
    private static final class Phone {
        private final AtomicInteger refreshes = new AtomicInteger();
        private String token;

        Phone(String token) {
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
        List<Phone> phones = new ArrayList<>();
        for (String subscriber : SUBSCRIBERS) {
            phones.addAll(signIn(subscriber, PHONES / SUBSCRIBERS.size()));
        }
        Phone signedOutBefore = phones.remove(0);
        Phone signedOutAfter = phones.remove(0);
        signedOutBefore.signOut();

        Path backup = folder.resolve("backup.tar");
        AtomicBoolean enough = new AtomicBoolean();
        List<Integer> atTheBackup;
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
            run("backup.sh", "--data", platform.data().toString(), "--to", backup.toString(), "--with-master-key");
            atTheBackup = phones.stream().map(phone -> phone.refreshes.get()).toList();
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
        signedOutAfter.signOut();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup)))
                .isEqualTo("rw-------");
        // what a server has served as revoked is on its disk
        await().atMost(PATIENCE)
                .until(() -> platform.serverPage("/actuator/prometheus").contains("sipoauth_status_lists_revoked 2.0"));
        platform.stopServer();

        Path elsewhere = folder.resolve("elsewhere");
        run("restore.sh", "--from", backup.toString(), "--data", elsewhere.toString());
        platform.startServer(elsewhere);

        for (Phone phone : phones) {
            assertThat(phone.refresh()).isEqualTo("granted");
        }
        assertThat(counted("fast_forwarded")).isEqualTo(phones.size());
        assertThat(signedOutBefore.refresh()).isEqualTo("invalid_grant");
        String lostBetween = signedOutAfter.token;
        assertThat(signedOutAfter.refresh()).as("what a restore takes back").isEqualTo("granted");
        platform.stopServer();

        run("restore.sh", "--from", backup.toString(), "--data", platform.data().toString());
        platform.startServer();

        for (Phone phone : phones) {
            assertThat(phone.refresh()).isEqualTo("granted");
        }
        assertThat(signedOutBefore.refresh()).isEqualTo("invalid_grant");
        signedOutAfter.token = lostBetween;
        assertThat(signedOutAfter.refresh())
                .as("carried over from the folder before")
                .isEqualTo("invalid_grant");
        Files.move(folder.resolve("data.before-restore"), folder.resolve("kept"));
        assertThat(script(
                        "restore.sh",
                        "--from",
                        backup.toString(),
                        "--data",
                        platform.data().toString()))
                .as("while a server runs on it")
                .isEqualTo(2);
    }

    @Test
    void aDamagedBackupRestoresNothing() throws Exception {
        Path backup = folder.resolve("damaged.tar");
        run("backup.sh", "--data", platform.data().toString(), "--to", backup.toString(), "--without-master-key");
        byte[] archive = Files.readAllBytes(backup);
        int content = new String(archive, StandardCharsets.ISO_8859_1).indexOf("admin:");
        archive[content + 10] ^= 1;
        Files.write(backup, archive);

        assertThat(script(
                        "restore.sh",
                        "--from",
                        backup.toString(),
                        "--data",
                        folder.resolve("nowhere").toString()))
                .isEqualTo(1);

        assertThat(folder.resolve("nowhere")).doesNotExist();
    }

    private static int total(List<Phone> phones) {
        return phones.stream().mapToInt(phone -> phone.refreshes.get()).sum();
    }

    private static int counted(String outcome) throws IOException, InterruptedException {
        Matcher count = Pattern.compile("sipoauth_refreshes_total\\{outcome=\"" + outcome + "\"} ([0-9.]+)")
                .matcher(platform.serverPage("/actuator/prometheus"));
        assertThat(count.find()).isTrue();
        return (int) Double.parseDouble(count.group(1));
    }

    private static void run(String script, String... arguments) throws InterruptedException {
        assertThat(script(script, arguments)).as(script).isZero();
    }

    private static int script(String script, String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Peer.BASH.path(), Repository.file("deploy/" + script).toString()));
        command.addAll(Arrays.asList(arguments));
        try (ChildProcess process = ChildProcess.start(script, folder, command)) {
            int exit = process.awaitExit(PATIENCE);
            System.out.println(process.output());
            return exit;
        }
    }

    /** Logins of one subscriber, who enters the password once. */
    private static List<Phone> signIn(String subscriber, int logins) throws Exception {
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
            phones.add(new Phone(tokens.string("refresh_token").orElseThrow()));
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
