package org.sipoauth.verifier.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.verifier.TestKeys;
import org.sipoauth.verifier.refresh.TestServer;
import org.sipoauth.verifier.refresh.TestTls;
import org.sipoauth.verifier.refresh.Threads;

class UrlKeysTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final String FIRST = TestKeys.jwkSet(TestKeys.es256("first"));
    private static final String SECOND = TestKeys.jwkSet(TestKeys.es256("second"));

    @TempDir
    private Path folder;

    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private TestServer server;

    @BeforeEach
    void startServer() throws IOException {
        server = TestServer.http().answers(TestServer.document(FIRST));
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    // ---- fetching

    @Test
    void fetchesKeysAtOnceInTheBackground() throws Exception {
        try (UrlKeys keys = source().open()) {
            assertThat(keys.awaitReady(LONG)).isTrue();
            assertThat(keys.current().keyIds()).containsExactly("first");
            assertThat(keys.current().readAt()).isEqualTo(NOON);
            assertThat(keys.failedRefreshes()).isZero();
            await().until(() -> !keys.refreshing());
        }
    }

    @Test
    void isNotRefreshingOnceItIsClosed() throws Exception {
        UrlKeys keys = source().refreshForUnknownKeyEvery(Duration.ofNanos(1)).open();
        assertThat(keys.awaitReady(LONG)).isTrue();
        keys.close();
        keys.keyUnknown("after-the-end");
        assertThat(keys.refreshing()).isFalse();
    }

    @Test
    void startsWithoutWaitingForTheServer() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        server.answers(exchange -> {
            release.await();
            TestServer.send(exchange, 200, FIRST);
        });
        try (UrlKeys keys = source().open()) {
            assertThat(keys.current()).isSameAs(KeySnapshot.none());
            assertThat(keys.refreshing()).isTrue();
            assertThat(keys.awaitReady(Duration.ofMillis(1))).isFalse();
            release.countDown();
            assertThat(keys.awaitReady(LONG)).isTrue();
        }
    }

    @Test
    void replacesKeysWholeAtTheNextRefresh() throws Exception {
        try (UrlKeys keys = source().refreshEvery(Duration.ofMillis(20)).open()) {
            assertThat(keys.awaitReady(LONG)).isTrue();
            server.answers(TestServer.document(SECOND));
            await().until(() -> keys.current().find("second").isPresent());
            assertThat(keys.current().keyIds()).containsExactly("second");
        }
    }

    @Test
    void keepsTheLastGoodKeysThroughEveryKindOfFailure() throws Exception {
        List<TestServer.Answer> failures = List.of(
                TestServer.status(500),
                TestServer.status(404),
                TestServer.status(204),
                TestServer.status(304), // to an unconditional request
                TestServer.document(""),
                TestServer.document("<html>"),
                TestServer.document("{\"keys\":[]}"),
                TestServer.document(TestKeys.ES256.toJSONString()),
                TestServer.document("{\"keys\":[" + TestKeys.ES256.toJSONString() + "]}"), // private
                TestServer.document(SECOND + " ".repeat(256 * 1024)),
                exchange -> {
                    exchange.getResponseHeaders().set("Location", "/elsewhere");
                    TestServer.send(exchange, 302, "");
                },
                exchange -> {
                    exchange.sendResponseHeaders(200, 1000); // and then ends
                });
        try (UrlKeys keys = source().refreshEvery(Duration.ofMillis(20)).open()) {
            assertThat(keys.awaitReady(LONG)).isTrue();
            for (TestServer.Answer failure : failures) {
                server.answers(failure);
                int seen = server.requests();
                await().until(() -> server.requests() >= seen + 3);
                assertThat(keys.current().keyIds()).containsExactly("first");
                assertThat(keys.refreshing()).isTrue();
            }
            assertThat(keys.failedRefreshes()).isGreaterThanOrEqualTo(2L * failures.size());
            server.answers(TestServer.document(SECOND));
            await().until(() -> keys.current().find("second").isPresent());
            await().until(() -> !keys.refreshing());
        }
    }

    @Test
    void tellsSinceWhenTheServerIsOutOfReach() throws Exception {
        try (UrlKeys keys = KeySource.url(server.uri("/jwks"))
                .insecurePlainHttp()
                .refreshEvery(Duration.ofMillis(20))
                .clock(now::get)
                .open()) {
            assertThat(keys.awaitReady(LONG)).isTrue();
            assertThat(keys.unreachableSince()).isEmpty();
            now.set(NOON.plusSeconds(7));
            await().until(() -> keys.current().readAt().equals(NOON.plusSeconds(7)));
            server.answers(TestServer.status(503));
            await().until(() -> keys.unreachableSince().isPresent());
            now.set(NOON.plusSeconds(3600));
            assertThat(keys.unreachableSince()).contains(keys.current().readAt());
            assertThat(keys.current().readAt()).isEqualTo(NOON.plusSeconds(7));
            server.answers(TestServer.document(FIRST));
            await().until(() -> keys.unreachableSince().isEmpty());
        }
        assertThat(KeySource.fixed(FIRST).unreachableSince()).isEmpty();
    }

    @Test
    void givesUpOnBodyThatNeverEnds() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        server.answers(exchange -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            release.await();
        });
        try (UrlKeys keys = source().refreshEvery(Duration.ofMillis(20))
                .timeout(Duration.ofMillis(200))
                .open()) {
            await().until(() -> server.requests() >= 2);
            server.answers(TestServer.document(FIRST));
            assertThat(keys.awaitReady(LONG)).isTrue();
        } finally {
            release.countDown();
        }
    }

    @Test
    void asksConditionallyAndTakesNotModifiedForFresh() throws Exception {
        AtomicInteger notModified = new AtomicInteger();
        server.answers(exchange -> {
            exchange.getResponseHeaders().set("ETag", "\"v1\"");
            if ("\"v1\"".equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
                notModified.incrementAndGet();
                TestServer.send(exchange, 304, "");
            } else {
                TestServer.send(exchange, 200, FIRST);
            }
        });
        try (UrlKeys keys = source().refreshEvery(Duration.ofMillis(20)).open()) {
            assertThat(keys.awaitReady(LONG)).isTrue();
            Instant later = NOON.plusSeconds(60);
            now.set(later);
            await().until(() -> keys.current().readAt().equals(later));
            assertThat(notModified).hasPositiveValue();
            assertThat(keys.current().keyIds()).containsExactly("first");
        }
    }

    // ---- unknown keys

    @Test
    void refreshesOnceForManyUnknownKeysWithoutMakingTheCallerWait() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (UrlKeys keys =
                source().refreshForUnknownKeyEvery(Duration.ofNanos(1)).open()) {
            assertThat(keys.awaitReady(LONG)).isTrue();
            await().until(() -> !keys.refreshing());
            server.answers(exchange -> {
                release.await();
                TestServer.send(exchange, 200, SECOND);
            });
            keys.keyUnknown("second");
            assertThat(keys.refreshing()).isTrue();
            await().until(() -> server.requests() == 2);
            for (int i = 0; i < 1_000; i++) {
                keys.keyUnknown("other" + i); // while one is under way: one more, when it ends
            }
            release.countDown();
            await().until(() -> server.requests() == 3);
            await().until(() -> !keys.refreshing());
            assertThat(keys.current().keyIds()).containsExactly("second");
            assertThat(server.requests()).isEqualTo(3);
        }
    }

    @Test
    void holdsBackRefreshForUnknownKeyUntilItsTurn() throws Exception {
        try (UrlKeys keys =
                source().refreshForUnknownKeyEvery(Duration.ofHours(1)).open()) {
            assertThat(keys.awaitReady(LONG)).isTrue();
            await().until(() -> !keys.refreshing());
            keys.keyUnknown("second");
            assertThat(keys.refreshing()).isFalse();
            assertThat(server.requests()).isEqualTo(1);
        }
    }

    @Test
    void makesUpForRefreshThatItHeldBack() throws Exception {
        try (UrlKeys keys =
                source().refreshForUnknownKeyEvery(Duration.ofMillis(300)).open()) {
            assertThat(keys.awaitReady(LONG)).isTrue();
            await().until(() -> !keys.refreshing());
            server.answers(TestServer.document(SECOND));
            keys.keyUnknown("second");
            await().until(() -> keys.current().find("second").isPresent());
            assertThat(server.requests()).isEqualTo(2);
        }
    }

    // ---- age

    @Test
    void trustsKeysNoLongerThanTheirMaximumStaleness() throws Exception {
        try (UrlKeys keys = source().maxStaleness(Duration.ofHours(1)).open()) {
            assertThat(keys.awaitReady(LONG)).isTrue();
            assertThat(keys.current().isTooOld(NOON.plusSeconds(3599))).isFalse();
            assertThat(keys.current().isTooOld(NOON.plusSeconds(3600))).isTrue();
        }
    }

    // ---- on disk

    @Test
    void startsFromDiskWhenTheServerIsDown() throws Exception {
        Path file = folder.resolve("new/folder/keys");
        try (UrlKeys keys = source().cacheFile(file).open()) {
            assertThat(keys.awaitReady(LONG)).isTrue();
            await().until(() -> Files.exists(file));
        }
        server.answers(TestServer.status(503));
        now.set(NOON.plusSeconds(60));
        try (UrlKeys keys =
                source().cacheFile(file).maxStaleness(Duration.ofHours(1)).open()) {
            assertThat(keys.current().keyIds()).containsExactly("first");
            assertThat(keys.current().readAt()).isEqualTo(NOON);
            assertThat(keys.awaitReady(Duration.ZERO)).isTrue();
            assertThat(keys.current().isTooOld(NOON.plusSeconds(3600))).isTrue(); // the restart made them no younger
        }
        now.set(NOON.plusSeconds(3600));
        try (UrlKeys keys =
                source().cacheFile(file).maxStaleness(Duration.ofHours(1)).open()) {
            assertThat(keys.awaitReady(Duration.ZERO)).isFalse();
            assertThat(keys.current().isTooOld(now.get())).isTrue();
        }
    }

    @Test
    void keepsFileReadableToItsOwnerAlone() throws Exception {
        Path file = folder.resolve("keys");
        try (UrlKeys keys = source().cacheFile(file).open()) {
            assertThat(keys.awaitReady(LONG)).isTrue();
            await().until(() -> Files.exists(file));
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file); // no temporary file stays
        }
    }

    @Test
    void startsWithoutKeysWhereTheFileIsNotItsOwnOrBroken() throws Exception {
        Path file = folder.resolve("keys");
        String head = "sipoauth-keys 1\n" + server.uri("/jwks") + "\n" + NOON + "\n";
        server.answers(TestServer.status(503));
        for (String content : List.of(
                "",
                "\n\n\n",
                FIRST,
                head,
                head + "{",
                head + "{\"keys\":[]}",
                (head + FIRST).replace("keys 1", "keys 2"),
                (head + FIRST).replace("/jwks", "/other"),
                (head + FIRST).replace(NOON.toString(), "yesterday"),
                (head + FIRST).replace(NOON.toString(), NOON.plusSeconds(301).toString()))) {
            Files.writeString(file, content);
            try (UrlKeys keys = source().cacheFile(file).open()) {
                assertThat(keys.current()).as(content).isSameAs(KeySnapshot.none());
            }
        }
        Files.writeString(file, head + FIRST); // the twin that shows the others fail for their own reasons
        try (UrlKeys keys = source().cacheFile(file).open()) {
            assertThat(keys.current().keyIds()).containsExactly("first");
        }
    }

    @Test
    void goesOnWithoutDiskWhereItCannotWrite() throws Exception {
        Path file = folder.resolve("plain-file/keys");
        Files.writeString(folder.resolve("plain-file"), "in the way");
        try (UrlKeys keys =
                source().cacheFile(file).refreshEvery(Duration.ofMillis(20)).open()) {
            assertThat(keys.awaitReady(LONG)).isTrue();
            await().until(() -> server.requests() >= 3);
            assertThat(keys.current().keyIds()).containsExactly("first");
        }
    }

    @Test
    void writesNoBrokenDocumentToDisk() throws Exception {
        Path file = folder.resolve("keys");
        try (UrlKeys keys =
                source().cacheFile(file).refreshEvery(Duration.ofMillis(20)).open()) {
            assertThat(keys.awaitReady(LONG)).isTrue();
            server.answers(TestServer.document("{\"keys\":[]}"));
            int seen = server.requests();
            await().until(() -> server.requests() >= seen + 3);
        }
        assertThat(Files.readString(file)).endsWith(FIRST);
    }

    // ---- TLS

    @Test
    void fetchesOverTlsFromServerItTrusts() throws Exception {
        TestTls tls = TestTls.create(folder);
        try (TestServer secure = TestServer.https(tls.server()).answers(TestServer.document(FIRST));
                UrlKeys keys = KeySource.url(secure.uri("/jwks"))
                        .sslContext(tls.client())
                        .open()) {
            assertThat(keys.awaitReady(LONG)).isTrue();
            assertThat(keys.current().keyIds()).containsExactly("first");
        }
    }

    @Test
    void takesNoKeysFromServerItDoesNotTrust() throws Exception {
        TestTls tls = TestTls.create(folder);
        try (TestServer secure = TestServer.https(tls.server()).answers(TestServer.document(FIRST));
                UrlKeys keys = KeySource.url(secure.uri("/jwks"))
                        .refreshEvery(Duration.ofMillis(20))
                        .open()) {
            await().until(() -> secure.handshakes() >= 2); // it tried, failed, and tried again
            assertThat(secure.requests()).isZero();
            assertThat(keys.current()).isSameAs(KeySnapshot.none());
        }
    }

    @Test
    void refusesPlainHttpUnlessToldThatItIsInsecure() {
        assertThatThrownBy(() -> KeySource.url(server.uri("/jwks")).open())
                .isInstanceOf(IllegalArgumentException.class);
        for (String address : List.of("file:///keys", "https:/keys", "/keys", "ftp://localhost/keys")) {
            assertThatThrownBy(() -> KeySource.url(URI.create(address))
                            .insecurePlainHttp()
                            .open())
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void refusesAddressWithAPasswordAndDoesNotRepeatIt() {
        assertThatThrownBy(() -> KeySource.url(URI.create("https://us:secret@localhost/jwks"))
                        .open())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("https://localhost")
                .hasMessageNotContaining("secret");
    }

    @Test
    void refusesDurationsWithWhichNobodyCanReckon() {
        for (Duration duration : List.of(
                Duration.ZERO, Duration.ofSeconds(-1), Duration.ofDays(36_526), Duration.ofSeconds(Long.MAX_VALUE))) {
            assertRefuses(UrlKeys.Builder::refreshEvery, duration);
            assertRefuses(UrlKeys.Builder::timeout, duration);
            assertRefuses(UrlKeys.Builder::maxStaleness, duration);
            assertRefuses(UrlKeys.Builder::refreshForUnknownKeyEvery, duration);
        }
    }

    private void assertRefuses(BiFunction<UrlKeys.Builder, Duration, UrlKeys.Builder> setting, Duration duration) {
        assertThatThrownBy(() -> setting.apply(source(), duration))
                .as("%s", duration)
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void worksWithTheLongestDurations() throws Exception {
        Duration longest = Duration.ofDays(36_525);
        try (UrlKeys keys = source().refreshEvery(longest)
                .timeout(longest)
                .maxStaleness(longest)
                .refreshForUnknownKeyEvery(longest)
                .open()) {
            assertThat(keys.awaitReady(Duration.ofSeconds(Long.MAX_VALUE))).isTrue();
            assertThat(keys.current().keyIds()).containsExactly("first");
            keys.keyUnknown("x");
            assertThat(keys.failedRefreshes()).isZero();
        }
    }

    // ---- the end

    @Test
    void endsItsThreadOnCloseEvenDuringFetch() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        server.answers(exchange -> release.await());
        UrlKeys keys = source().open();
        await().until(() -> server.requests() == 1);
        assertThat(Threads.named("sipoauth-keys-url")).isNotEmpty();
        keys.close();
        assertThat(Threads.named("sipoauth-keys-url")).isEmpty();
        keys.keyUnknown("x");
        assertThat(Threads.named("sipoauth-keys-url")).isEmpty();
        release.countDown();
    }

    /** On Java 17 the JDK's client ends its thread when it is garbage and no sooner, so nobody may hold on to it. */
    @Test
    void endsTheThreadOfItsHttpClientEvenIfItIsAskedLater() throws Exception {
        Set<Thread> before = httpClientThreads();
        UrlKeys keys = source().open();
        assertThat(keys.awaitReady(LONG)).isTrue();
        Set<Thread> ours = httpClientThreads();
        ours.removeAll(before);
        assertThat(ours).isNotEmpty();
        keys.close();
        await().until(() -> {
            System.gc();
            return ours.stream().noneMatch(Thread::isAlive);
        });
        assertThat(keys.current().keyIds()).containsExactly("first");
    }

    private static Set<Thread> httpClientThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().matches("HttpClient-\\d+-SelectorManager"))
                .collect(Collectors.toSet());
    }

    private UrlKeys.Builder source() {
        return KeySource.url(server.uri("/jwks")).insecurePlainHttp().clock(now::get);
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(LONG).pollInterval(Duration.ofMillis(10));
    }
}
