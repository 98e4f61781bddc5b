package org.sipoauth.verifier.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.ECKey;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.verifier.TestKeys;
import org.sipoauth.verifier.TestStatusList;
import org.sipoauth.verifier.TestTokens;
import org.sipoauth.verifier.keys.KeySnapshot;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.refresh.TestServer;
import org.sipoauth.verifier.refresh.TestTls;
import org.sipoauth.verifier.refresh.Threads;
import org.sipoauth.verifier.status.StatusSnapshot.Status;

class UrlStatusListsTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration OFTEN = Duration.ofMillis(10);
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final ECKey FIRST_KEY = TestKeys.es256("first");
    private static final ECKey SECOND_KEY = TestKeys.es256("second");

    @TempDir
    private Path folder;

    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private final AtomicReference<KeySnapshot> trusted = new AtomicReference<>(keys(FIRST_KEY, SECOND_KEY));
    private StatusServer server;

    @BeforeEach
    void startServer() throws Exception {
        server = new StatusServer(TestServer.http());
        server.put("a", list("a", NOON).revoked(8).sign(FIRST_KEY));
        server.put("b", list("b", NOON).sign(FIRST_KEY));
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    // ---- polling

    @Test
    void readsAllListsAtOnceInTheBackground() throws Exception {
        try (UrlStatusLists lists = source().open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            assertThat(lists.current().uris()).containsExactlyInAnyOrder(server.uri("a"), server.uri("b"));
            assertThat(find(lists, "a", 7)).isEqualTo(Status.VALID);
            assertThat(find(lists, "a", 8)).isEqualTo(Status.REVOKED);
            assertThat(find(lists, "b", 8)).isEqualTo(Status.VALID);
            assertThat(find(lists, "b", 1024)).isEqualTo(Status.TOO_OLD);
            assertThat(find(lists, "c", 8)).isEqualTo(Status.NOT_HELD);
            assertThat(lists.current().isRevoked(reference("a", 8))).isTrue();
            assertThat(lists.current().isRevoked(reference("a", 7))).isFalse();
            assertThat(lists.current().isRevoked(reference("a", 1024))).isFalse();
            assertThat(lists.current().isRevoked(reference("c", 8))).isFalse();
            assertThat(lists.current().readAt()).isEqualTo(NOON);
            assertThat(lists.current().countRevoked()).isOne();
        }
    }

    @Test
    void knowsNothingBeforeTheFirstReading() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        server.fails(exchange -> release.await());
        try (UrlStatusLists lists = source().open()) {
            assertThat(lists.current()).isSameAs(StatusSnapshot.none());
            assertThat(find(lists, "a", 7)).isEqualTo(Status.TOO_OLD);
            assertThat(lists.awaitReady(Duration.ofMillis(1))).isFalse();
        } finally {
            release.countDown();
        }
    }

    @Test
    void asksOnlyForListsThatHaveChanged() throws Exception {
        try (UrlStatusLists lists = source().refreshEvery(OFTEN).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            awaitPolls(3);
            assertThat(server.requests().stream().filter(path -> !path.equals(StatusServer.PATH)))
                    .hasSize(2);
            assertThat(server.bodies(StatusServer.PATH)).isEqualTo(1);
            now.set(NOON.plusSeconds(60));
            server.put("b", list("b", now.get()).revoked(3).sign(FIRST_KEY));
            await().until(() -> find(lists, "b", 3) == Status.REVOKED);
            await().until(() -> lists.current().oldestConfirmedAt().equals(now.get())); // "a" as well
            assertThat(server.bodies(StatusServer.PATH + "/a")).isEqualTo(1);
            assertThat(server.bodies(StatusServer.PATH + "/b")).isEqualTo(2);
            assertThat(lists.counts().listsTaken()).isEqualTo(3);
            assertThat(lists.counts().failedPolls()).isZero();
            assertThat(lists.counts().bytesRead()).isPositive();
        }
    }

    @Test
    void asksConditionallyWhereTheServerDoesNotTellEntityTags() throws Exception {
        server.tellsNoEntityTags();
        try (UrlStatusLists lists = source().refreshEvery(OFTEN).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            now.set(NOON.plusSeconds(60));
            await().until(() -> lists.current().oldestConfirmedAt().equals(now.get()));
            assertThat(server.bodies(StatusServer.PATH + "/a")).isEqualTo(1);
        }
    }

    @Test
    void readsListsOfServerWithoutEntityTags() throws Exception {
        server.sendsNoEntityTags();
        try (UrlStatusLists lists = source().refreshEvery(OFTEN).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            now.set(NOON.plusSeconds(60));
            await().until(() -> lists.current().oldestConfirmedAt().equals(now.get()));
            assertThat(server.bodies(StatusServer.PATH + "/a")).isGreaterThan(1);
        }
    }

    @Test
    void readsManyLists() throws Exception {
        for (int i = 0; i < 50; i++) {
            server.put("n" + i, list("n" + i, NOON).revoked(i).sign(FIRST_KEY));
        }
        try (UrlStatusLists lists = source().open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            for (int i = 0; i < 50; i++) {
                assertThat(find(lists, "n" + i, i)).isEqualTo(Status.REVOKED);
            }
        }
    }

    @Test
    void tellsListenersWhatChangedAndNothingElse() throws Exception {
        List<StatusSnapshot> told = new CopyOnWriteArrayList<>();
        try (UrlStatusLists lists = source().refreshEvery(OFTEN).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            lists.onChange(snapshot -> {
                throw new IllegalStateException("a listener's own fault");
            });
            lists.onChange(told::add);
            awaitPolls(3);
            assertThat(told).isEmpty();
            server.put("b", list("b", NOON.plusSeconds(1)).revoked(3).sign(FIRST_KEY));
            await().until(() -> !told.isEmpty());
            assertThat(told)
                    .singleElement()
                    .satisfies(snapshot ->
                            assertThat(snapshot.isRevoked(reference("b", 3))).isTrue());
            awaitPolls(2);
            assertThat(told).hasSize(1);
        }
    }

    // ---- what never replaces a good list

    @Test
    void keepsTheLastGoodListsThroughEveryKindOfFailure() throws Exception {
        List<TestServer.Answer> failures = List.of(
                TestServer.status(500),
                TestServer.status(404),
                TestServer.status(304), // where it was not asked conditionally
                TestServer.document(""),
                TestServer.document("<html>"),
                TestServer.document("{\"status_lists\":{}}"),
                TestServer.document("{\"status_lists\":[]}" + " ".repeat(Aggregation.MAX_BYTES)),
                exchange -> {
                    exchange.getResponseHeaders().set("Location", "/elsewhere");
                    TestServer.send(exchange, 302, "");
                });
        server.sendsNoEntityTags();
        try (UrlStatusLists lists = source().refreshEvery(OFTEN).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            now.set(NOON.plusSeconds(60));
            for (TestServer.Answer failure : failures) {
                awaitPolls(1); // nothing of the one before is under way
                server.fails(failure);
                long failed = lists.counts().failedPolls();
                await().until(() -> lists.counts().failedPolls() >= failed + 2);
                assertThat(find(lists, "a", 8)).isEqualTo(Status.REVOKED);
                assertThat(find(lists, "a", 7)).isEqualTo(Status.VALID);
                server.back();
            }
        }
    }

    @Test
    void keepsGoodListWhateverComesInItsPlace() throws Exception {
        server.sendsNoEntityTags();
        List<String> broken = List.of(
                "",
                "x",
                list("a", NOON.minusSeconds(1)).sign(FIRST_KEY), // older
                list("b", NOON.plusSeconds(1)).sign(FIRST_KEY), // another's
                list("a", NOON.plusSeconds(1)).sign(TestKeys.es256("stranger")),
                list("a", NOON.plusSeconds(1))
                        .with("iss", "https://as.example.org")
                        .sign(FIRST_KEY),
                list("a", NOON.plusSeconds(1))
                        .with("exp", NOON.getEpochSecond())
                        .sign(FIRST_KEY),
                "x".repeat(StatusListToken.MAX_LENGTH + 1));
        try (UrlStatusLists lists = source().refreshEvery(OFTEN).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            for (String document : broken) {
                server.put("a", document);
                server.put("b", list("b", NOON).sign(FIRST_KEY));
                awaitPolls(2);
                assertThat(find(lists, "a", 8)).isEqualTo(Status.REVOKED);
                assertThat(find(lists, "a", 7)).isEqualTo(Status.VALID);
                assertThat(find(lists, "b", 7)).isEqualTo(Status.VALID);
            }
            assertThat(lists.counts().listsRefused()).isPositive();
            now.set(NOON.plusSeconds(60));
            awaitPolls(2);
            assertThat(lists.current().oldestConfirmedAt()).isEqualTo(NOON); // what is refused confirms nothing
            server.put("a", list("a", NOON.plusSeconds(1)).revoked(7, 8).sign(FIRST_KEY)); // the twin
            await().until(() -> find(lists, "a", 7) == Status.REVOKED);
        }
    }

    @Test
    void keepsGoodListThroughRandomDocuments() throws Exception {
        server.sendsNoEntityTags();
        Random random = new Random(20261124);
        String genuine = list("a", NOON.plusSeconds(1)).sign(FIRST_KEY);
        try (UrlStatusLists lists = source().refreshEvery(OFTEN).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            for (int i = 0; i < 50; i++) {
                StringBuilder document = new StringBuilder(genuine);
                int at = random.nextInt(genuine.length());
                switch (random.nextInt(3)) {
                    case 0 -> document.setCharAt(at, genuine.charAt(at) == 'A' ? 'B' : 'A');
                    case 1 -> document.setLength(at);
                    default -> document.insert(at, (char) random.nextInt(256));
                }
                server.put("a", document.toString());
                awaitPolls(1);
                assertThat(find(lists, "a", 8)).as(document.toString()).isEqualTo(Status.REVOKED);
            }
        }
    }

    @Test
    void goesOnWithOtherListsWhereOneFails() throws Exception {
        server.put("b", "broken");
        try (UrlStatusLists lists = source().refreshEvery(OFTEN).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            assertThat(find(lists, "a", 8)).isEqualTo(Status.REVOKED);
            assertThat(find(lists, "b", 8)).isEqualTo(Status.NOT_HELD);
            server.put("b", list("b", NOON).revoked(8).sign(FIRST_KEY));
            await().until(() -> find(lists, "b", 8) == Status.REVOKED);
        }
    }

    @Test
    void keepsListThatIsNamedNoLonger() throws Exception {
        try (UrlStatusLists lists =
                source().refreshEvery(OFTEN).maxStaleness(Duration.ofHours(1)).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            server.remove("a");
            awaitPolls(2);
            assertThat(find(lists, "a", 8)).isEqualTo(Status.REVOKED);
            now.set(NOON.plusSeconds(3600));
            awaitPolls(2);
            assertThat(find(lists, "a", 7)).isEqualTo(Status.TOO_OLD);
            assertThat(find(lists, "a", 8)).isEqualTo(Status.REVOKED);
            now.set(NOON.plusSeconds(86_400));
            server.put("b", list("b", now.get()).sign(FIRST_KEY));
            await().until(() -> find(lists, "a", 8) == Status.NOT_HELD);
            await().until(() -> find(lists, "b", 8) == Status.VALID);
        }
    }

    /** As after a rollback of the issuer's store, or from a server whose clock is ahead and that has not heard of it. */
    @Test
    void keepsRevokedWhatOneVersionCallsRevokedUntilThatVersionEnds() throws Exception {
        try (UrlStatusLists lists = source().refreshEvery(OFTEN).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            server.put("a", list("a", NOON).revoked(9).sign(FIRST_KEY)); // of the same second
            await().until(() -> find(lists, "a", 9) == Status.REVOKED);
            now.set(NOON.plusSeconds(60));
            server.put("a", list("a", now.get()).revoked(10).sign(FIRST_KEY));
            await().until(() -> find(lists, "a", 10) == Status.REVOKED);
            assertThat(find(lists, "a", 8)).isEqualTo(Status.REVOKED);
            assertThat(find(lists, "a", 9)).isEqualTo(Status.REVOKED);
            assertThat(lists.current().isRevoked(reference("a", 8))).isTrue();
            assertThat(lists.current().countRevoked()).isEqualTo(3);
            now.set(NOON.plusSeconds(86_399));
            server.put("a", list("a", now.get()).revoked(11).sign(FIRST_KEY));
            await().until(() -> find(lists, "a", 11) == Status.REVOKED);
            assertThat(find(lists, "a", 8)).isEqualTo(Status.REVOKED);
            now.set(NOON.plusSeconds(86_400)); // from here on the index may be somebody else's
            await().until(() -> find(lists, "a", 8) == Status.VALID);
            assertThat(find(lists, "a", 9)).isEqualTo(Status.VALID);
            assertThat(find(lists, "a", 10)).isEqualTo(Status.REVOKED);
        }
    }

    @Test
    void keepsRevokedForTheMaximumStalenessWhatAVersionWithoutEndCallsRevoked() throws Exception {
        server.put("a", list("a", NOON).without("exp").revoked(8).sign(FIRST_KEY));
        try (UrlStatusLists lists =
                source().refreshEvery(OFTEN).maxStaleness(Duration.ofHours(1)).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            server.put("a", list("a", NOON).without("exp").revoked(9).sign(FIRST_KEY));
            await().until(() -> find(lists, "a", 9) == Status.REVOKED);
            assertThat(find(lists, "a", 8)).isEqualTo(Status.REVOKED);
            now.set(NOON.plusSeconds(3600));
            await().until(() -> find(lists, "a", 8) == Status.VALID);
        }
    }

    /** As from a server whose clock is behind. */
    @Test
    void countsWhatAnOlderVersionCallsRevokedAndNothingElseOfIt() throws Exception {
        List<StatusSnapshot> told = new CopyOnWriteArrayList<>();
        server.put("a", list("a", NOON.plusSeconds(60)).revoked(8).sign(FIRST_KEY));
        try (UrlStatusLists lists = source().refreshEvery(OFTEN).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            lists.onChange(told::add);
            server.put("a", list("a", NOON.plusSeconds(59)).revoked(9).sign(FIRST_KEY));
            await().until(() -> !told.isEmpty());
            assertThat(find(lists, "a", 9)).isEqualTo(Status.REVOKED);
            assertThat(find(lists, "a", 8)).isEqualTo(Status.REVOKED);
            assertThat(lists.counts().listsRefused()).isPositive();
            awaitPolls(2);
            assertThat(told).hasSize(1); // read again, it says nothing new
        }
    }

    @Test
    void letsTheNewestVersionSayWhatIsSuspended() throws Exception {
        server.put("a", list("a", NOON).withList("bits", 2).revoked(2, 5).sign(FIRST_KEY)); // 1: INVALID, 2: SUSPENDED
        try (UrlStatusLists lists = source().refreshEvery(OFTEN).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            assertThat(find(lists, "a", 1)).isEqualTo(Status.REVOKED);
            assertThat(find(lists, "a", 2)).isEqualTo(Status.REVOKED);
            server.put("a", list("a", NOON).withList("bits", 2).sign(FIRST_KEY));
            await().until(() -> find(lists, "a", 2) == Status.VALID);
            assertThat(find(lists, "a", 1)).isEqualTo(Status.REVOKED);
        }
    }

    @Test
    void keepsOfManyVersionsThoseThatEndLast() throws Exception {
        try (UrlStatusLists lists = source().refreshEvery(OFTEN).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            for (int i = 1; i <= HeldList.MAX_OTHERS + 1; i++) { // each knows of one login that no other knows of
                int index = 100 + i;
                server.put("a", list("a", NOON.plusSeconds(i)).revoked(index).sign(FIRST_KEY));
                await().until(() -> find(lists, "a", index) == Status.REVOKED);
            }
            assertThat(find(lists, "a", 101)).isEqualTo(Status.REVOKED);
            assertThat(find(lists, "a", 8)).isEqualTo(Status.VALID);
            assertThat(lists.current().countRevoked()).isEqualTo(HeldList.MAX_OTHERS + 1);
        }
    }

    @Test
    void neverFetchesListElsewhere() throws Exception {
        try (TestServer other = TestServer.http()) {
            server.aggregates(
                    Map.of("status_lists", List.of(other.uri("/a").toString(), server.uri("a")), "etags", Map.of()));
            try (UrlStatusLists lists = source().refreshEvery(OFTEN).open()) {
                assertThat(lists.awaitReady(LONG)).isTrue();
                awaitPolls(2);
                assertThat(lists.current().uris()).containsExactly(server.uri("a"));
                assertThat(other.requests()).isZero();
            }
        }
    }

    // ---- keys

    @Test
    void letsListGoWhoseKeyIsTrustedNoLongerAndFetchesItAgain() throws Exception {
        try (UrlStatusLists lists = source().refreshEvery(OFTEN).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            server.put("b", list("b", NOON.plusSeconds(1)).sign(SECOND_KEY));
            await().until(() -> server.bodies(StatusServer.PATH + "/b") == 2);
            awaitPolls(1);
            trusted.set(keys(SECOND_KEY));
            await().until(() -> find(lists, "a", 8) == Status.NOT_HELD);
            assertThat(find(lists, "b", 8)).isEqualTo(Status.VALID);
            assertThat(server.bodies(StatusServer.PATH + "/a")).isGreaterThan(1);
            // older than the one it was: whoever held the lost key may have signed that with any date
            server.put("a", list("a", NOON.minusSeconds(60)).revoked(8).sign(SECOND_KEY));
            await().until(() -> find(lists, "a", 8) == Status.REVOKED);
        }
    }

    @Test
    void letsGoWhatOnlyAKeyThatIsTrustedNoLongerHasCalledRevoked() throws Exception {
        try (UrlStatusLists lists = source().refreshEvery(OFTEN).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            server.put("a", list("a", NOON.plusSeconds(1)).revoked(9).sign(SECOND_KEY));
            await().until(() -> find(lists, "a", 9) == Status.REVOKED);
            assertThat(find(lists, "a", 8)).isEqualTo(Status.REVOKED);
            trusted.set(keys(SECOND_KEY));
            await().until(() -> find(lists, "a", 8) == Status.VALID);
            assertThat(find(lists, "a", 9)).isEqualTo(Status.REVOKED);
        }
    }

    @Test
    void letsListGoWhoseKeyIsTrustedNoLongerWhileTheServerIsDown() throws Exception {
        try (UrlStatusLists lists = source().refreshEvery(OFTEN).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            server.fails(TestServer.status(503));
            trusted.set(keys(SECOND_KEY));
            await().until(() -> find(lists, "a", 8) == Status.NOT_HELD);
            assertThat(lists.current().readAt()).isEqualTo(NOON);
        }
    }

    @Test
    void keepsListsWhileThereAreNoKeysToJudgeThem() throws Exception {
        try (UrlStatusLists lists = source().refreshEvery(OFTEN).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            trusted.set(KeySnapshot.none());
            awaitPolls(2);
            assertThat(find(lists, "a", 8)).isEqualTo(Status.REVOKED);
        }
    }

    // ---- age

    @Test
    void trustsListsNoLongerThanTheirMaximumStaleness() throws Exception {
        try (UrlStatusLists lists = source().maxStaleness(Duration.ofHours(1)).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            assertThat(find(lists, "a", 7, NOON.plusSeconds(3599))).isEqualTo(Status.VALID);
            assertThat(find(lists, "a", 7, NOON.plusSeconds(3600))).isEqualTo(Status.TOO_OLD);
            assertThat(find(lists, "a", 8, NOON.plusSeconds(3600))).isEqualTo(Status.REVOKED);
            assertThat(find(lists, "c", 7, NOON.plusSeconds(3599))).isEqualTo(Status.NOT_HELD);
            assertThat(find(lists, "c", 7, NOON.plusSeconds(3600))).isEqualTo(Status.TOO_OLD);
        }
    }

    @Test
    void trustsListsNoLongerThanTheirOwnEnd() throws Exception {
        try (UrlStatusLists lists = source().maxStaleness(Duration.ofDays(9)).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            assertThat(find(lists, "a", 7, NOON.plusSeconds(86_399))).isEqualTo(Status.VALID);
            assertThat(find(lists, "a", 7, NOON.plusSeconds(86_400))).isEqualTo(Status.TOO_OLD);
        }
    }

    @Test
    void fetchesUnchangedListAnewLongBeforeItsEnd() throws Exception {
        try (UrlStatusLists lists = source().refreshEvery(OFTEN).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            now.set(NOON.plusSeconds(43_200));
            awaitPolls(2);
            assertThat(server.bodies(StatusServer.PATH + "/a")).isEqualTo(1);
            now.set(NOON.plusSeconds(43_201));
            await().until(() -> server.bodies(StatusServer.PATH + "/a") > 1);
        }
    }

    /** As an authorization server answers that does not know which of its lists are up to date. */
    @Test
    void isNotReadyWhileTheServerNamesNoLists() throws Exception {
        server.fails(TestServer.status(503));
        try (UrlStatusLists lists = source().refreshEvery(OFTEN).open()) {
            await().until(() -> lists.counts().failedPolls() > 1);
            assertThat(lists.awaitReady(Duration.ZERO)).isFalse();
            assertThat(lists.current().readAt()).isEqualTo(Instant.MIN);
            assertThat(lists.current()).hasToString("no status lists read yet");
        }
    }

    // ---- on disk

    @Test
    void startsFromDiskWhenTheServerIsDown() throws Exception {
        Path file = folder.resolve("new/folder/lists");
        keepOnDisk(file);
        server.fails(TestServer.status(503));
        now.set(NOON.plusSeconds(60));
        try (UrlStatusLists lists =
                source().cacheFile(file).maxStaleness(Duration.ofHours(1)).open()) {
            assertThat(lists.awaitReady(Duration.ZERO)).isTrue();
            assertThat(find(lists, "a", 8)).isEqualTo(Status.REVOKED);
            assertThat(find(lists, "b", 8)).isEqualTo(Status.VALID);
            assertThat(lists.current().readAt()).isEqualTo(NOON);
            assertThat(find(lists, "b", 8, NOON.plusSeconds(3600)))
                    .isEqualTo(Status.TOO_OLD); // no younger by a restart
        }
        now.set(NOON.plusSeconds(3600));
        try (UrlStatusLists lists =
                source().cacheFile(file).maxStaleness(Duration.ofHours(1)).open()) {
            assertThat(lists.awaitReady(Duration.ZERO)).isFalse();
            assertThat(find(lists, "a", 8)).isEqualTo(Status.REVOKED);
        }
    }

    @Test
    void keepsRevokedAcrossARestartWhatOneVersionCallsRevoked() throws Exception {
        Path file = folder.resolve("lists");
        try (UrlStatusLists lists = source().cacheFile(file).refreshEvery(OFTEN).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            server.put("a", list("a", NOON.plusSeconds(1)).revoked(9).sign(FIRST_KEY));
            await().until(() -> find(lists, "a", 9) == Status.REVOKED);
            awaitPolls(1); // by then it is on disk
        }
        server.fails(TestServer.status(503));
        try (UrlStatusLists lists = source().cacheFile(file).open()) {
            assertThat(find(lists, "a", 8)).isEqualTo(Status.REVOKED);
            assertThat(find(lists, "a", 9)).isEqualTo(Status.REVOKED);
            assertThat(find(lists, "a", 7)).isEqualTo(Status.VALID);
            assertThat(lists.current().uris()).containsExactlyInAnyOrder(server.uri("a"), server.uri("b"));
        }
    }

    @Test
    void letsTheOthersGoWithTheNewestVersionThatIsTrustedNoLongerAfterARestart() throws Exception {
        Path file = folder.resolve("lists");
        try (UrlStatusLists lists = source().cacheFile(file).refreshEvery(OFTEN).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            server.put("a", list("a", NOON.plusSeconds(1)).revoked(9).sign(SECOND_KEY));
            await().until(() -> find(lists, "a", 9) == Status.REVOKED);
            awaitPolls(1); // by then it is on disk
        }
        server.fails(TestServer.status(503));
        trusted.set(keys(FIRST_KEY));
        try (UrlStatusLists lists = source().cacheFile(file).open()) {
            assertThat(lists.current().uris()).containsExactly(server.uri("b")); // the older proves nothing valid
        }
    }

    @Test
    void letsOtherVersionsGoRatherThanANewList() throws Exception {
        putLarge(0);
        try (UrlStatusLists lists = source().refreshEvery(OFTEN).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            putLarge(1);
            for (int i = 0; i < 32; i++) {
                String name = "n" + i;
                await().until(() -> find(lists, name, 1) == Status.REVOKED);
            }
            server.put("new", large("new", 7).sign(FIRST_KEY));
            await().until(() -> find(lists, "new", 7) == Status.REVOKED);
            assertThat(find(lists, "n0", 1)).isEqualTo(Status.REVOKED);
        }
    }

    /** Two versions of each take all that lists may take. */
    private void putLarge(int revoked) {
        for (int i = 0; i < 32; i++) {
            server.put("n" + i, large("n" + i, revoked).sign(FIRST_KEY));
        }
    }

    private TestStatusList large(String name, int revoked) {
        return TestStatusList.ofBytes(server.uri(name), NOON.plusSeconds(revoked), StatusListToken.MAX_LIST_BYTES)
                .revoked(revoked);
    }

    @Test
    void asksAfterRestartOnlyForWhatHasChanged() throws Exception {
        Path file = folder.resolve("lists");
        keepOnDisk(file);
        now.set(NOON.plusSeconds(60));
        try (UrlStatusLists lists = source().cacheFile(file).open()) {
            await().until(() -> lists.current().readAt().equals(now.get()));
            assertThat(server.bodies(StatusServer.PATH + "/a")).isEqualTo(1);
        }
    }

    @Test
    void verifiesKeptListsAgain() throws Exception {
        Path file = folder.resolve("lists");
        server.put("b", list("b", NOON).sign(SECOND_KEY));
        keepOnDisk(file);
        server.fails(TestServer.status(503));
        trusted.set(keys(SECOND_KEY));
        try (UrlStatusLists lists = source().cacheFile(file).open()) {
            assertThat(lists.current().uris()).containsExactly(server.uri("b"));
        }
        trusted.set(keys(FIRST_KEY, SECOND_KEY));
        String content = Files.readString(file);
        for (String changed : List.of(
                content.replace("/a ", "/c "), // another's place
                content.replace(server.uri("a"), "https://elsewhere.example/a"),
                content.replaceFirst("(/a \\S+) \\S+", "$1 " + NOON.plusSeconds(301)),
                content.replaceFirst("(/a \\S+) \\S+", "$1 yesterday"),
                content.replaceFirst("(/a .*)\\.", "$1.A"),
                content.replaceFirst("/a ", "/a  "))) {
            assertThat(changed).isNotEqualTo(content);
            Files.writeString(file, changed);
            try (UrlStatusLists lists = source().cacheFile(file).open()) {
                assertThat(lists.current().uris()).as(changed).containsExactly(server.uri("b"));
            }
        }
    }

    @Test
    void startsWithoutListsWhereTheFileIsNotItsOwn() throws Exception {
        Path file = folder.resolve("lists");
        keepOnDisk(file);
        server.fails(TestServer.status(503));
        String content = Files.readString(file);
        for (String other : List.of(
                "",
                "\n\n\n",
                content.replace("lists 1\n", "lists 2\n"),
                content.replace(StatusServer.PATH + "\n", "/other\n"),
                content.replaceFirst("\n" + NOON, "\n" + NOON.plusSeconds(301)),
                content.replaceFirst("\n" + NOON, "\nyesterday"))) {
            assertThat(other).isNotEqualTo(content);
            Files.writeString(file, other);
            try (UrlStatusLists lists = source().cacheFile(file).open()) {
                assertThat(lists.current()).as(other).isSameAs(StatusSnapshot.none());
            }
        }
    }

    @Test
    void keepsFileReadableToItsOwnerAlone() throws Exception {
        Path file = folder.resolve("lists");
        keepOnDisk(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void writesAgainOnlyWhatHasChangedOrGrownOld() throws Exception {
        Path file = folder.resolve("lists");
        try (UrlStatusLists lists = source().cacheFile(file).refreshEvery(OFTEN).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            await().until(() -> Files.exists(file));
            Files.delete(file);
            awaitPolls(2);
            assertThat(file).doesNotExist();
            server.put("b", list("b", NOON.plusSeconds(1)).sign(FIRST_KEY));
            await().until(() -> Files.exists(file));
            awaitPolls(1);
            Files.delete(file);
            now.set(NOON.plusSeconds(300));
            await().until(() -> Files.exists(file));
        }
    }

    @Test
    void goesOnWithoutDiskWhereItCannotWrite() throws Exception {
        Files.writeString(folder.resolve("plain-file"), "in the way");
        try (UrlStatusLists lists = source().cacheFile(folder.resolve("plain-file/lists"))
                .refreshEvery(OFTEN)
                .open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            awaitPolls(2);
            assertThat(lists.counts().failedPolls()).isZero();
        }
    }

    private void keepOnDisk(Path file) throws Exception {
        try (UrlStatusLists lists = source().cacheFile(file).open()) {
            assertThat(lists.awaitReady(LONG)).isTrue();
            await().until(() -> Files.exists(file));
        }
    }

    // ---- TLS, addresses, the end

    @Test
    void readsOverTlsFromServerItTrustsAlone() throws Exception {
        TestTls tls = TestTls.create(folder);
        try (TestServer https = TestServer.https(tls.server());
                StatusServer secure = new StatusServer(https)) {
            secure.put("a", TestStatusList.of(secure.uri("a"), NOON).revoked(8).sign(FIRST_KEY));
            UrlStatusLists.Builder settings = StatusSource.url(secure.aggregation(), TestTokens.ISSUER, trusted::get)
                    .clock(now::get);
            try (UrlStatusLists lists = settings.refreshEvery(OFTEN).open()) {
                await().until(() -> lists.counts().failedPolls() >= 2);
                assertThat(secure.requests()).isEmpty();
            }
            try (UrlStatusLists lists = settings.sslContext(tls.client()).open()) {
                assertThat(lists.awaitReady(LONG)).isTrue();
                assertThat(lists.current().isRevoked(new StatusReference(secure.uri("a"), 8)))
                        .isTrue();
            }
        }
    }

    @Test
    void refusesPlainHttpUnlessToldThatItIsInsecure() {
        for (URI address : List.of(server.aggregation(), URI.create("file:///lists"), URI.create("/lists"))) {
            assertThatThrownBy(() -> StatusSource.url(address, TestTokens.ISSUER, trusted::get)
                            .open())
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void endsItsThreadOnCloseEvenDuringPoll() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        server.fails(exchange -> {
            asked.countDown();
            release.await();
        });
        UrlStatusLists lists = source().open();
        asked.await();
        assertThat(Threads.named("sipoauth-status")).isNotEmpty();
        lists.close();
        assertThat(Threads.named("sipoauth-status")).isEmpty();
        release.countDown();
    }

    @Test
    void endsItsThreadWhereItsListenerClosesIt() throws Exception {
        UrlStatusLists lists = source().refreshEvery(OFTEN).open();
        assertThat(lists.awaitReady(LONG)).isTrue();
        lists.onChange(snapshot -> lists.close());
        server.put("b", list("b", NOON.plusSeconds(1)).revoked(3).sign(FIRST_KEY));
        await().until(() -> Threads.named("sipoauth-status").isEmpty());
        assertThat(find(lists, "b", 3)).isEqualTo(Status.REVOKED);
    }

    private TestStatusList list(String name, Instant issuedAt) {
        return TestStatusList.of(server.uri(name), issuedAt);
    }

    private StatusReference reference(String name, int index) {
        return new StatusReference(server.uri(name), index);
    }

    private Status find(UrlStatusLists lists, String name, int index) {
        return find(lists, name, index, now.get());
    }

    private Status find(UrlStatusLists lists, String name, int index, Instant at) {
        return lists.current().find(reference(name, index), at);
    }

    /** Waits until polls that begin now have ended. */
    private void awaitPolls(int count) {
        int begun = server.polls();
        await().until(() -> server.polls() > begun + count);
    }

    private static KeySnapshot keys(ECKey... keys) {
        return KeySource.fixed(TestKeys.jwkSet(keys)).current();
    }

    private UrlStatusLists.Builder source() {
        return StatusSource.url(server.aggregation(), TestTokens.ISSUER, trusted::get)
                .insecurePlainHttp()
                .clock(now::get);
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(LONG).pollInterval(Duration.ofMillis(5));
    }
}
