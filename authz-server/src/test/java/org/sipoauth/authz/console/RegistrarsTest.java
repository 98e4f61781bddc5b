package org.sipoauth.authz.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistrarsTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    private HttpServer registrar;
    private URI address;
    private String status = """
            {"node":"node1","listeners":{"oauth":"127.0.0.1:5090"},"status":"UP","mode":"enabled","bindings":2,
             "lastRefusals":[
               {"at":"2026-01-31T11:59:00Z","cause":"token_revoked","status":407,"devices":["CSFBOB"]},
               {"at":"2026-01-31T11:58:00Z","cause":"token_expired","status":407,"devices":["CSFBOB","CSFCAROL"]}]}
            """;
    private String bindings = """
            [{"aor":"sip:1001@example.com","device":"CSFALICE","expiresAt":"2026-01-31T12:30:00Z"},
             {"aor":"sip:1009@example.com","device":null,"expiresAt":"2026-01-31T12:40:00Z"}]
            """;

    @BeforeEach
    void start() throws IOException {
        registrar = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        answer("/status", () -> status);
        answer("/bindings", () -> bindings);
        registrar.start();
        address = URI.create("http://127.0.0.1:" + registrar.getAddress().getPort());
    }

    @AfterEach
    void stop() {
        registrar.stop(0);
    }

    @Test
    void readsHowRegistrarsAre() {
        assertThat(registrars().all())
                .singleElement()
                .isEqualTo(new Registrars.Seen(
                        address,
                        "node1",
                        "UP",
                        "enabled",
                        2,
                        List.of(
                                new Registrars.Refusal(
                                        Instant.parse("2026-01-31T11:59:00Z"), "token_revoked", List.of("CSFBOB")),
                                new Registrars.Refusal(
                                        Instant.parse("2026-01-31T11:58:00Z"),
                                        "token_expired",
                                        List.of("CSFBOB", "CSFCAROL")))));
    }

    @Test
    void findsARegisteredPhoneAndTheLatestRefusalOfAnother() {
        assertThat(registrars().about("CSFALICE").heard())
                .contains(new Registrars.Heard("node1", Instant.parse("2026-01-31T12:30:00Z"), Optional.empty()));
        assertThat(registrars().about("CSFBOB").heard())
                .contains(new Registrars.Heard(
                        "node1", Instant.parse("2026-01-31T11:59:00Z"), Optional.of("token_revoked")));
        assertThat(registrars().about("CSFDAVE"))
                .isEqualTo(new Registrars.Answers(Optional.empty(), List.of("node1"), List.of(), List.of()));
    }

    /** The status has the last twenty of all phones. */
    @Test
    void asksForTheRefusalsOfOnePhoneHoweverManyOthersWereRefusedSince() {
        answer("/refusals", () -> """
                [{"at":"2026-01-31T11:50:00Z","cause":"device","status":403,"devices":["CSFDAVE"]},
                 {"at":"2026-01-31T11:40:00Z","cause":"scope","status":403,"devices":["CSFDAVE"]}]
                """);

        assertThat(registrars().about("CSFDAVE").heard())
                .contains(new Registrars.Heard("node1", Instant.parse("2026-01-31T11:50:00Z"), Optional.of("device")));
        assertThat(registrars().about("CSFBOB").heard()).isEmpty();
    }

    @Test
    void asksForTheBindingsOfOnePhoneHoweverManyThereAre() {
        status = status.replace("\"bindings\":2,", "\"bindings\":100000,");
        registrar.removeContext("/bindings");
        List<String> asked = new CopyOnWriteArrayList<>();
        registrar.createContext("/bindings", exchange -> {
            asked.add(exchange.getRequestURI().toString());
            send(exchange, bindings);
        });

        assertThat(registrars().about("CSFALICE").heard().orElseThrow().refused())
                .isEmpty();
        assertThat(asked).containsExactly("/bindings?device=CSFALICE");
    }

    /** One of an earlier release answers with all, whatever it is asked. */
    @Test
    void readsNoListThatIsTooLongForOnePhone() {
        bindings = "[" + "{\"device\":\"CSFALICE\",\"expiresAt\":\"2026-01-31T12:30:00Z\"},".repeat(40_000) + "{}]";

        assertThat(registrars().about("CSFALICE"))
                .isEqualTo(new Registrars.Answers(Optional.empty(), List.of(), List.of("node1"), List.of()));
    }

    @Test
    void saysThatItHasNotSearchedARegistrarThatDoesNotListItsBindings() {
        bindings = "no JSON";

        assertThat(registrars().about("CSFALICE").unsearched()).containsExactly("node1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "no JSON", "[]", "null", "{\"status\":[1],\"lastRefusals\":{}}", "{\"bindings\":\"many\"}"})
    void takesNothingForGrantedInWhatARegistrarSays(String odd) {
        status = odd;
        bindings = odd;

        assertThat(registrars().all()).singleElement().satisfies(seen -> {
            assertThat(seen.up()).isFalse();
            assertThat(seen.bindings()).isZero();
            assertThat(seen.refusals()).isEmpty();
        });
    }

    @Test
    void saysOfOneThatIsAwayThatItDoesNotAnswer() {
        registrar.stop(0);

        assertThat(registrars().all()).singleElement().satisfies(seen -> {
            assertThat(seen.answers()).isFalse();
            assertThat(seen.node()).isEqualTo(address.getAuthority());
        });
        assertThat(registrars().about("CSFALICE"))
                .isEqualTo(new Registrars.Answers(
                        Optional.empty(), List.of(), List.of(), List.of(address.getAuthority())));
    }

    @Test
    void asksNobodyWhereTheSettingsNameNone() {
        assertThat(new Registrars(List.of(), Clock.fixed(NOW, ZoneOffset.UTC)).all())
                .isEmpty();
    }

    @Test
    void letsGoOfARegistrarThatStallsInItsAnswer() throws InterruptedException {
        CountDownLatch answered = new CountDownLatch(1);
        CountDownLatch letGo = new CountDownLatch(1);
        registrar.removeContext("/status");
        registrar.createContext("/status", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream body = exchange.getResponseBody()) {
                body.write('{');
                body.flush();
                answered.await();
                for (int i = 0; i < 100_000; i++) { // less than what is too long an answer
                    body.write(' ');
                    body.flush();
                }
            } catch (IOException | InterruptedException gone) {
                letGo.countDown();
            }
        });

        assertThat(registrars().all())
                .singleElement()
                .satisfies(seen -> assertThat(seen.answers()).isFalse());

        answered.countDown();
        assertThat(letGo.await(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void asksOnceForAllWhoAskMeanwhile() throws InterruptedException {
        AtomicInteger asked = new AtomicInteger();
        CountDownLatch allWait = new CountDownLatch(1);
        String answer = status;
        registrar.removeContext("/status");
        answer("/status", () -> {
            asked.incrementAndGet();
            try {
                allWait.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return answer;
        });
        Registrars registrars = registrars();
        List<Thread> lookers =
                Stream.generate(() -> new Thread(registrars::all)).limit(3).toList();
        lookers.forEach(Thread::start);
        Awaitility.await()
                .until(() -> asked.get() > 0
                        && lookers.stream()
                                .map(Thread::getState)
                                .allMatch(state -> state == Thread.State.WAITING || state == Thread.State.TERMINATED));
        allWait.countDown();
        for (Thread looker : lookers) {
            looker.join();
        }

        assertThat(asked).hasValue(1);
    }

    private Registrars registrars() {
        return new Registrars(List.of(address), Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private interface Body {
        String now();
    }

    private void answer(String path, Body body) {
        registrar.createContext(path, exchange -> send(exchange, body.now()));
    }

    private static void send(HttpExchange exchange, String body) throws IOException {
        try (exchange) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
