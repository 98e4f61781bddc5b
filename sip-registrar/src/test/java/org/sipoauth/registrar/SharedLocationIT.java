package org.sipoauth.registrar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.registrar.sip.Contact;
import org.sipoauth.registrar.sip.Headers;
import org.sipoauth.registrar.sip.Parsed;
import org.sipoauth.registrar.sip.SipPrinter;
import org.sipoauth.registrar.sip.SipRequest;
import org.sipoauth.registrar.sip.SipResponse;

/** Two registrars with one location in a real Redis, over real sockets and TLS. */
@Timeout(120)
class SharedLocationIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private final Instant start = Instant.now();
    private TestPki pki;

    @BeforeEach
    void issueCertificates() throws Exception {
        pki = new TestPki("test CA");
    }

    private RunningRegistrar registrar(TestRedis redis, String... more) throws Exception {
        List<String> settings = new ArrayList<>(List.of("--location.redis=redis://" + redis.address()));
        settings.addAll(List.of(more));
        return new RunningRegistrar(directory, pki, settings.toArray(String[]::new));
    }

    private TestPhone phone(InetSocketAddress port) throws Exception {
        return TestPhone.overTls(port, pki.client(Optional.empty()));
    }

    /** The first that this registrar asks Redis for; a busy machine takes its time to connect. */
    private void registerFirst(TestPhone phone) {
        await().atMost(PATIENCE).until(() -> register(phone).status() == 200);
    }

    private SipResponse register(TestPhone phone) throws IOException {
        return phone.exchange(phone.register(credentials()));
    }

    private Headers credentials() {
        return Headers.NONE.plus(
                "Proxy-Authorization", "Bearer " + TestTokens.valid(start).compact());
    }

    /** What is registered, without registering anything: a REGISTER without Contact (RFC 3261 §10.2.3). */
    private List<String> fetch(TestPhone phone) throws IOException {
        SipRequest register = phone.register(credentials());
        SipResponse response = phone.exchange(
                SipRequest.of("REGISTER", "sip:127.0.0.1", register.headers().without("Contact")));
        assertThat(response.status()).isEqualTo(200);
        return response.contacts().stream().map(Contact::uri).toList();
    }

    @Test
    void oneRegistersAndTheOtherShowsItAtOnce() throws Exception {
        try (TestRedis redis = new TestRedis(directory);
                RunningRegistrar one = registrar(redis);
                RunningRegistrar other = registrar(redis);
                TestPhone phone = phone(one.oauth());
                TestPhone asking = phone(other.oauth())) {
            await().atMost(PATIENCE).until(() -> other.get("/health").statusCode() == 200);
            registerFirst(phone);
            await().atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(AssertionError.class)
                    .until(() -> !fetch(asking).isEmpty());
            assertThat(fetch(asking)).containsExactly("sip:1001@192.0.2.4:5061;transport=tls");

            assertThat(one.metric("sip_bindings")).isEqualTo(1);
            assertThat(other.metric("sip_bindings")).isZero();
            assertThat(one.get("/bindings").body()).contains("sip:1001@192.0.2.4:5061");
            assertThat(phone.exchange(phone.register(credentials().plus("Expires", "0")))
                            .status())
                    .isEqualTo(200);
            assertThat(fetch(asking)).isEmpty();
        }
    }

    @Test
    void losesNoneOfWhatComesToBothAtOnce() throws Exception {
        int phones = 10;
        try (TestRedis redis = new TestRedis(directory);
                RunningRegistrar one = registrar(redis);
                RunningRegistrar other = registrar(redis);
                TestPhone first = phone(one.oauth());
                TestPhone second = phone(other.oauth())) {
            for (TestPhone phone : List.of(first, second)) {
                registerFirst(phone);
                assertThat(phone.exchange(phone.register(credentials().plus("Expires", "0")))
                                .status())
                        .isEqualTo(200);
            }
            Set<String> expected = new HashSet<>();
            List<CompletableFuture<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < phones; i++) {
                String contact = "sip:1001@192.0.2.4:" + (20_000 + i);
                expected.add(contact);
                TestPhone phone = phone((i % 2 == 0 ? one : other).oauth());
                Headers headers = phone.register(credentials())
                        .headers()
                        .without("Contact")
                        .plus("Contact", "<" + contact + ">");
                answers.add(CompletableFuture.supplyAsync(() -> {
                    try (phone) {
                        return phone.exchange(SipRequest.of("REGISTER", "sip:127.0.0.1", headers))
                                .status();
                    } catch (IOException failed) {
                        throw new IllegalStateException(failed);
                    }
                }));
            }
            assertThat(answers.stream().map(CompletableFuture::join)).containsOnly(200);
            try (TestPhone asking = phone(one.oauth())) {
                assertThat(fetch(asking)).containsExactlyInAnyOrderElementsOf(expected);
            }
        }
    }

    @Test
    void asksPhonesToComeAgainWhileRedisIsAway() throws Exception {
        try (TestRedis redis = new TestRedis(directory);
                RunningRegistrar registrar = registrar(redis);
                TestPhone phone = phone(registrar.oauth())) {
            registerFirst(phone);
            assertThat(registrar.get("/health").statusCode()).isEqualTo(200);

            redis.kill();
            SipResponse away = register(phone);
            assertThat(away.status()).isEqualTo(500);
            assertThat(away.headers().first("Retry-After")).contains("5");
            assertThat(registrar.metric("sip_registrations_total{cause=\"location_away\",outcome=\"refused\"}"))
                    .isEqualTo(1);
            await().atMost(PATIENCE).until(() -> registrar.get("/health").statusCode() == 503);
            assertThat(registrar.get("/health").body()).contains("\"status\":\"LOCATION_AWAY\"");
            assertThat(phone.exchange(options(phone)).status()).isEqualTo(500);

            redis.startAgain();
            await().atMost(PATIENCE).until(() -> register(phone).status() == 200);
            await().atMost(PATIENCE).until(() -> registrar.get("/health").statusCode() == 200);
            assertThat(phone.exchange(options(phone)).status()).isEqualTo(200);
        }
    }

    private static SipRequest options(TestPhone phone) {
        Headers headers = phone.register(Headers.NONE).headers();
        return SipRequest.of(
                "OPTIONS",
                "sip:127.0.0.1",
                headers.without("Contact").without("CSeq").plus("CSeq", "1 OPTIONS"));
    }

    @Test
    void answersOthersWhileRedisHangs() throws Exception {
        try (TestRedis redis = new TestRedis(directory);
                RunningRegistrar registrar = registrar(redis);
                TestPhone waiting = phone(registrar.oauth())) {
            registerFirst(waiting);
            redis.pause();
            waiting.send(SipPrinter.print(waiting.register(credentials())));
            for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
                try (TestPhone phone = phone(registrar.oauth())) { // on each of the threads, one of which is waiting's
                    assertThat(phone.exchange(phone.register(Headers.NONE)).status())
                            .isEqualTo(407);
                }
            }
            assertThat(waiting.receive().status()).isEqualTo(500);

            redis.resume();
            await().atMost(PATIENCE).until(() -> register(waiting).status() == 200);
        }
    }

    @Test
    void answersWhatWaitsForRedisBeforeItEnds() throws Exception {
        try (TestRedis redis = new TestRedis(directory)) {
            RunningRegistrar registrar = registrar(redis, "--timeout.drain=20s");
            try (TestPhone phone = phone(registrar.oauth())) {
                registerFirst(phone);
                redis.pause();
                phone.send(SipPrinter.print(phone.register(credentials())));
                phone.send("\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(phone.next()).contains(new Parsed.Pong()); // so the request before it waits for Redis
                CompletableFuture<Void> stopped = CompletableFuture.runAsync(registrar::close);

                assertThat(phone.receive().status()).isEqualTo(500);
                assertThat(phone.next()).isEmpty();
                stopped.join();
            }
        }
    }

    @Test
    void saysWhatIsWrongWithTheAddressAndNotThePassword() {
        assertThatThrownBy(() ->
                        new RunningRegistrar(directory, pki, "--location.redis=redis://phones:s3cret@127.0.0.1:6379"))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("--location.redis: ")
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void comesInOverTlsWithThePasswordOfAFile() throws Exception {
        pki.writeNode(directory);
        pki.writeAuthority(directory.resolve("ca.crt"));
        Files.writeString(directory.resolve("jwks.json"), TestTokens.jwkSet());
        Path password = Files.writeString(directory.resolve("redis.password"), "s3cret\n");
        Path stranger = directory.resolve("stranger.crt");
        new TestPki("stranger").writeAuthority(stranger);
        try (TestRedis redis = TestRedis.overTls(directory, "--requirepass", "s3cret")) {
            String[] settings = {
                "--location.redis=rediss://" + redis.address(),
                "--location.redis.password-file=" + password,
                "--location.redis.trust=" + directory.resolve("ca.crt")
            };
            try (RunningRegistrar registrar = registrar(redis, settings);
                    TestPhone phone = phone(registrar.oauth())) {
                await().atMost(PATIENCE).until(() -> register(phone).status() == 200); // a busy machine takes its time
            }
            String[] distrustful = Stream.concat(Stream.of(settings), Stream.of("--location.redis.trust=" + stranger))
                    .toArray(String[]::new);
            try (RunningRegistrar registrar = registrar(redis, distrustful);
                    TestPhone phone = phone(registrar.oauth())) {
                assertThat(register(phone).status()).isEqualTo(500);
            }
        }
    }
}
