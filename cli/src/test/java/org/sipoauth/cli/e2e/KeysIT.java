package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.cli.json.JsonObject;
import org.sipoauth.cli.token.UnverifiedToken;
import org.sipoauth.keys.KeyVault;
import org.sipoauth.keys.store.EncryptedFileStore;
import org.sipoauth.keys.store.MasterKey;

/** Keys changed by hand on a running server, and what a search for their secret parts finds: nothing. */
class KeysIT {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration VERIFIER_REFRESH = Duration.ofSeconds(2);

    /** Slow enough to rotate by hand only. */
    private static final List<String> POLICY = List.of(
            "--sipoauth.keys.propagation=3s",
            "--sipoauth.keys.verifier-refresh=" + VERIFIER_REFRESH.toSeconds() + "s",
            "--sipoauth.keys.jwk-set-max-age=1s",
            "--sipoauth.keys.look-every=" + LOOK_EVERY.toSeconds() + "s");

    @TempDir
    private static Path folder;

    private static Platform platform;

    @BeforeAll
    static void start() throws Exception {
        platform = Platform.start(
                folder, "edge.example.com", POLICY, List.of("--jwks.refresh=" + VERIFIER_REFRESH.toSeconds() + "s"));
    }

    @AfterAll
    static void stop() {
        if (platform != null) {
            platform.close();
        }
    }

    @Test
    void rotatingByHandLosesNoToken() throws Exception {
        signIn("alice");
        String before = keyId("alice");

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(platform.run(keys("rotate")).exit()).isZero());

        signIn("bob");
        assertThat(keyId("bob")).isNotEqualTo(before);
        assertThat(platform.sipoauth(registerAgain("alice"))).contains("SIP/2.0 200 OK");
        assertThat(platform.sipoauth(registerAgain("bob"))).contains("SIP/2.0 200 OK");
        assertThat(platform.sipoauth(keys("list"))).contains("retired", "active", "published");
    }

    /** How soon after its refresh interval is the rotation soak's to measure, without a program started for each try. */
    @Test
    void aRevokedKeyDiesAtTheRegistrar() throws Exception {
        signIn("carol");
        Path forgottenLogin = withoutRefreshToken("carol");
        String leaked = keyId("carol");

        Platform.Run asked = platform.run(keys("rotate", "--emergency"));
        assertThat(asked.exit()).isEqualTo(1);
        assertThat(asked.output()).contains("refused by every verifier", "--yes");
        platform.sipoauth(keys("rotate", "--emergency", "--yes"));

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(platform.run(registerFromMemory("carol", forgottenLogin))
                                .output())
                        .contains("error=\"invalid_token\""));
        signIn("carol");
        assertThat(keyId("carol")).isNotEqualTo(leaked);
    }

    @Test
    void exportsWhatOtherVerifiersRead() throws Exception {
        signIn("dave");
        Path out = Files.createDirectory(folder.resolve("export"));

        platform.sipoauth(keys("export", "--out", out.toString()));

        assertThat(out.resolve(keyId("dave") + ".pem")).content().startsWith("-----BEGIN PUBLIC KEY-----");
        assertThat(Files.readString(out.resolve("jwks.json"))).contains(keyId("dave"));
    }

    @Test
    void noSecretPartOfAKeyIsInHeapDumpLogsActuatorOrRedis() throws Exception {
        signIn("erin");
        platform.run(register("erin", "--once", remembering("erin")));
        Map<String, String> secrets = secrets();
        Map<String, byte[]> places = new TreeMap<>();
        places.put("a heap dump", heapDump());
        places.put("the log", platform.serverOutput().getBytes(StandardCharsets.UTF_8));
        for (String page : List.of("/actuator/prometheus", "/actuator/health", "/actuator/env", "/actuator")) {
            places.put(page, platform.serverPage(page).getBytes(StandardCharsets.UTF_8));
        }
        try (Stream<Path> files = Files.walk(folder.resolve("data").resolve("redis"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                places.put(file.getFileName() + " of Redis", Files.readAllBytes(file));
            }
        }

        assertThat(secrets).hasSizeGreaterThanOrEqualTo(7 * 5);
        assertThat(places.keySet()).anyMatch(place -> place.contains(".aof"));
        List<Wanted> wanted = new ArrayList<>();
        secrets.forEach((secret, name) -> List.of(StandardCharsets.ISO_8859_1, StandardCharsets.UTF_16BE)
                .forEach(charset -> wanted.add(new Wanted(name + " as " + charset, secret.getBytes(charset)))));
        places.forEach((place, content) ->
                assertThat(held(content, wanted)).describedAs(place).isEmpty());
        Wanted publicHalf = new Wanted("kid", keyId("erin").getBytes(StandardCharsets.ISO_8859_1));
        assertThat(held(places.get("a heap dump"), List.of(publicHalf)))
                .describedAs("the search itself: the public half of the same keys is found")
                .containsExactly("kid");
    }

    /** Text to look for, as a place would hold it, by a name that is no secret. */
    private record Wanted(String name, byte[] bytes) {}

    /** The names of what a place holds, found in one pass: a heap dump is large, and there is much to look for. */
    private static Set<String> held(byte[] place, List<Wanted> wanted) {
        BitSet beginnings = new BitSet();
        for (Wanted one : wanted) {
            beginnings.set(slot(ByteBuffer.wrap(one.bytes()).getInt()));
        }
        Set<String> held = new TreeSet<>();
        int lastFour = 0;
        for (int end = 1; end <= place.length; end++) {
            lastFour = lastFour << Byte.SIZE | place[end - 1] & 0xff;
            if (beginnings.get(slot(lastFour)) && end >= Integer.BYTES) {
                int start = end - Integer.BYTES;
                for (Wanted one : wanted) {
                    int stop = Math.min(start + one.bytes().length, place.length);
                    if (Arrays.equals(place, start, stop, one.bytes(), 0, one.bytes().length)) {
                        held.add(one.name());
                    }
                }
            }
        }
        return held;
    }

    private static int slot(int fourBytes) {
        return fourBytes * 0x9E3779B1 >>> 12; // so that few others share the slots of what is wanted
    }

    /** Every secret part, the master key's too, as anyone would write it down, with a name for it that is no secret. */
    private static Map<String, String> secrets() throws Exception {
        Path data = folder.resolve("data");
        MasterKey masterKey = MasterKey.fromFile(data.resolve("master.key"));
        String ring = new EncryptedFileStore(data.resolve("keyring.jwe"), masterKey, KeyVault.inRing())
                .load()
                .orElseThrow()
                .ring()
                .toPrivateJson();
        Map<String, String> secrets = new TreeMap<>();
        addForms(
                secrets,
                "the master key",
                Files.readString(data.resolve("master.key")).strip());
        for (JsonObject key : JsonObject.parse(ring).objects("keys")) {
            JsonObject jwk = key.object("jwk").orElseThrow();
            for (String member : List.of("d", "k")) {
                jwk.string(member).ifPresent(secret -> addForms(secrets, key.string("use") + " " + member, secret));
            }
        }
        return secrets;
    }

    private static void addForms(Map<String, String> secrets, String name, String base64url) {
        byte[] bytes = Base64.getUrlDecoder().decode(base64url);
        secrets.put(base64url, name + " in base64url");
        secrets.put(Base64.getEncoder().encodeToString(bytes), name + " in base64");
        secrets.put(HexFormat.of().formatHex(bytes), name + " in hexadecimal");
        secrets.put(HexFormat.of().withUpperCase().formatHex(bytes), name + " in upper-case hexadecimal");
        secrets.put(new BigInteger(1, bytes).toString(), name + " in decimal");
    }

    private static byte[] heapDump() throws Exception {
        Path dump = folder.resolve("server.hprof");
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(platform.serverPid()),
                        "GC.heap_dump",
                        dump.toString())
                .redirectErrorStream(true)
                .start();
        String printed = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(jcmd.waitFor()).describedAs(printed).isZero();
        return Files.readAllBytes(dump);
    }

    private static String[] keys(String... command) {
        List<String> all = new ArrayList<>(List.of("keys"));
        all.addAll(List.of(command));
        all.addAll(List.of(
                "--server=" + platform.issuer(),
                "--client-file=" + folder.resolve("data").resolve("admin-client.txt"),
                "--trust=" + platform.authority()));
        return all.toArray(String[]::new);
    }

    private static void signIn(String subscriber) throws IOException, InterruptedException {
        Files.deleteIfExists(tokenFile(subscriber));
        platform.sipoauth(register(
                subscriber,
                "--once",
                "--user=" + subscriber,
                "--password-file=" + platform.passwordFile(subscriber),
                remembering(subscriber)));
    }

    private static String[] registerAgain(String subscriber) {
        return register(subscriber, "--once", "--trace", remembering(subscriber));
    }

    /** With nobody to ask for a configuration or a fresh token, the phone shows the registrar what it has. */
    private static String[] registerFromMemory(String subscriber, Path memory) throws IOException {
        URI nobody = URI.create("https://localhost:" + LoopbackPorts.free());
        return register(
                nobody,
                subscriber,
                "--once",
                "--trace",
                "--user=" + subscriber,
                "--password-file=" + platform.passwordFile(subscriber),
                "--token-file=" + memory);
    }

    private static String[] register(String subscriber, String... options) {
        return register(platform.provisioning(), subscriber, options);
    }

    private static String[] register(URI provisioning, String subscriber, String... options) {
        List<String> command = new ArrayList<>(List.of(
                "phone",
                "register",
                "--provisioning=" + provisioning,
                "--device=CSF" + subscriber.toUpperCase(Locale.ROOT),
                "--trust=" + platform.authority()));
        command.addAll(List.of(options));
        return command.toArray(String[]::new);
    }

    /** A phone's memory that cannot be refreshed, so that what it sends stays what was issued. */
    private static Path withoutRefreshToken(String subscriber) throws Exception {
        String memory = Files.readString(tokenFile(subscriber));
        String refreshToken = JsonObject.parse(memory).string("refresh_token").orElseThrow();
        return Files.writeString(
                folder.resolve(subscriber + "-forgotten.json"), memory.replace(refreshToken, "gone-and-forgotten"));
    }

    private static String remembering(String subscriber) {
        return "--token-file=" + tokenFile(subscriber);
    }

    private static Path tokenFile(String subscriber) {
        return folder.resolve(subscriber + ".json");
    }

    private static String keyId(String subscriber) throws Exception {
        String token = JsonObject.parse(Files.readString(tokenFile(subscriber)))
                .string("access_token")
                .orElseThrow();
        return UnverifiedToken.parse(token).header().string("kid").orElseThrow();
    }
}
