package org.sipoauth.verifier.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.JWK;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.verifier.TestKeys;
import org.sipoauth.verifier.refresh.TestServer;
import org.sipoauth.verifier.refresh.Threads;
import org.sipoauth.verifier.tables.KeyTable.Answer;
import org.sipoauth.verifier.tables.SelfTest;
import org.sipoauth.verifier.tables.StubTable;

/** When a key has a table, who is believed, and what turns tables off. */
class KeyTablesTest {
    private static final int NEVER = Integer.MAX_VALUE;
    private static final int ALWAYS = 1;
    private static final byte[] MESSAGE = {1, 2, 3};
    private static final byte[] FORGED = new byte[64];

    static {
        FORGED[31] = 1;
        FORGED[63] = 1;
    }

    private final KeyPair pair = pair("EC");
    private final byte[] signature = sign(pair, "SHA256withECDSAinP1363Format");

    // ---- one key

    @Test
    void answersTheSameWithATableAsWithout() {
        for (SignatureAlgorithm algorithm : List.of(SignatureAlgorithm.ES256, SignatureAlgorithm.ED25519)) {
            boolean es256 = algorithm == SignatureAlgorithm.ES256;
            KeyPair keys = es256 ? pair : pair("Ed25519");
            byte[] genuine = es256 ? signature : sign(keys, "Ed25519");
            TableSwitch tables = new TableSwitch(true, SelfTest::passes, NEVER);
            VerificationKey key = new VerificationKey("k", algorithm, keys.getPublic(), tables);
            for (boolean built : new boolean[] {false, true}) {
                assertThat(key.hasTable()).isEqualTo(built);
                assertThat(key.verifies(MESSAGE, genuine)).isTrue();
                assertThat(key.verifies(MESSAGE, genuine)).isTrue(); // the second one by the table alone
                assertThat(key.verifies(new byte[] {1, 2, 4}, genuine)).isFalse();
                assertThat(key.verifies(MESSAGE, FORGED)).isFalse();
                assertThat(key.verifies(MESSAGE, new byte[64])).isFalse();
                assertThat(key.verifies(MESSAGE, new byte[0])).isFalse();
                assertThat(key.verifies(MESSAGE, new byte[65])).isFalse();
                key.buildTable();
            }
            assertThat(tables.isOn()).isTrue();
        }
    }

    @Test
    void believesAConfirmedTable() {
        TableSwitch tables = new TableSwitch(true, () -> true, NEVER);
        StubTable table = new StubTable(Answer.GENUINE);
        VerificationKey key = key(tables, table);
        assertThat(key.verifies(MESSAGE, signature)).isTrue();
        assertThat(key.verifies(MESSAGE, FORGED)).isTrue(); // so the table is used indeed
        table.answer = Answer.FORGED;
        assertThat(key.verifies(MESSAGE, signature)).isFalse();
        assertThat(tables.isOn()).isTrue();
    }

    @Test
    void leavesToTheJdkWhatATableCannotDecide() {
        TableSwitch tables = new TableSwitch(true, () -> true, NEVER);
        VerificationKey key = key(tables, new StubTable(Answer.UNDECIDED));
        assertThat(key.verifies(MESSAGE, signature)).isTrue();
        assertThat(key.verifies(MESSAGE, FORGED)).isFalse();
        assertThat(tables.isOn()).isTrue();
    }

    @Test
    void doesNotBelieveTheFirstSignatureThatATableAccepts() {
        TableSwitch tables = new TableSwitch(true, () -> true, NEVER);
        VerificationKey key = key(tables, new StubTable(Answer.GENUINE));
        assertThat(key.verifies(MESSAGE, FORGED)).isFalse();
        assertThat(tables.isOn()).isFalse();
        assertThat(key.verifies(MESSAGE, signature)).isTrue();
        assertThat(key.verifies(MESSAGE, FORGED)).isFalse();
    }

    @Test
    void turnsAllTablesOffAtTheFirstWrongAnswerInASample() {
        for (Answer wrong : List.of(Answer.GENUINE, Answer.FORGED)) {
            TableSwitch tables = new TableSwitch(true, () -> true, ALWAYS);
            StubTable table = new StubTable(Answer.GENUINE);
            VerificationKey key = key(tables, table);
            VerificationKey other = key(tables, new StubTable(Answer.GENUINE));
            assertThat(key.verifies(MESSAGE, signature)).isTrue();
            table.answer = wrong;
            assertThat(tables.isOn()).isTrue();
            byte[] presented = wrong == Answer.GENUINE ? FORGED : signature;
            assertThat(key.verifies(MESSAGE, presented)).isEqualTo(wrong == Answer.FORGED);
            assertThat(tables.isOn()).isFalse();
            assertThat(other.verifies(MESSAGE, FORGED)).isFalse();
        }
    }

    @Test
    void samplesAboutOneInSoMany() {
        TableSwitch tables = new TableSwitch(true, () -> true, 8);
        int samples = 0;
        for (int i = 0; i < 80_000; i++) {
            samples += tables.isSample() ? 1 : 0;
        }
        assertThat(samples).isBetween(9_000, 11_000);
    }

    @Test
    void buildsNoTableAfterAFailedSelfTest() {
        AtomicInteger runs = new AtomicInteger();
        TableSwitch tables = new TableSwitch(true, () -> runs.incrementAndGet() < 0, NEVER);
        VerificationKey key = new VerificationKey("k", SignatureAlgorithm.ES256, pair.getPublic(), tables);
        assertThat(key.takesTable()).isTrue();
        key.buildTable();
        key.buildTable();
        assertThat(key.hasTable()).isFalse();
        assertThat(key.takesTable()).isFalse();
        assertThat(runs).hasValue(1);
        assertThat(key.verifies(MESSAGE, signature)).isTrue();
    }

    @Test
    void buildsNoTableWhereTheOperatorTurnedThemOff() {
        TableSwitch tables = new TableSwitch(false, SelfTest::passes, NEVER);
        VerificationKey key = new VerificationKey("k", SignatureAlgorithm.ES256, pair.getPublic(), tables);
        assertThat(key.takesTable()).isFalse();
        key.buildTable();
        assertThat(key.hasTable()).isFalse();
        assertThat(key.verifies(MESSAGE, signature)).isTrue();
        assertThat(key.verifies(MESSAGE, FORGED)).isFalse();
    }

    @Test
    void areOnUnlessTheOperatorTurnedThemOff() {
        assertThat(TableSwitch.isWanted(null)).isTrue();
        assertThat(TableSwitch.isWanted("true")).isTrue();
        assertThat(TableSwitch.isWanted("false")).isFalse();
        assertThat(TableSwitch.isWanted("False")).isFalse();
    }

    @Test
    void saysOnceThatTablesAreOff() {
        List<LogRecord> records = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                records.add(record);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger(TableSwitch.class.getName());
        logger.addHandler(handler);
        try {
            TableSwitch tables = new TableSwitch(true, () -> true, NEVER);
            tables.turnOff("of this");
            tables.turnOff("of that");
            new TableSwitch(false, () -> true, NEVER).turnOff("it was off");
        } finally {
            logger.removeHandler(handler);
        }
        assertThat(records).hasSize(1);
    }

    // ---- a snapshot

    @Test
    void givesTablesToTheFirstEightOfTheSet() {
        List<JWK> jwks = new ArrayList<>();
        jwks.add(TestKeys.RS256);
        for (int i = 0; i < 10; i++) {
            jwks.add(i % 2 == 0 ? TestKeys.es256("k" + i) : TestKeys.ed25519("k" + i));
        }
        KeySnapshot keys = KeySnapshot.parse(TestKeys.jwkSet(jwks.toArray(JWK[]::new)), Instant.EPOCH);
        AtomicInteger tasks = new AtomicInteger();
        keys.buildTables(task -> {
            tasks.incrementAndGet();
            task.run();
        });
        for (int i = 0; i < 10; i++) {
            assertThat(key(keys, "k" + i).hasTable()).as("k" + i).isEqualTo(i < 8);
        }
        assertThat(key(keys, "test-rs256").hasTable()).isFalse();
        assertThat(tasks).hasValue(8);
    }

    @Test
    void keepsTheTableOfAKeyThatStays() {
        JWK stays = TestKeys.es256("stays");
        JWK replaced = TestKeys.es256("replaced");
        KeySnapshot before = KeySnapshot.parse(TestKeys.jwkSet(stays, replaced), Instant.EPOCH);
        before.buildTables(Runnable::run);
        String next = TestKeys.jwkSet(TestKeys.ed25519("new"), TestKeys.es256("replaced"), stays);
        KeySnapshot after =
                KeySnapshot.parse(next, Instant.EPOCH.plusSeconds(1)).keepingKeysOf(before);
        assertThat(after.keyIds()).containsExactly("new", "replaced", "stays");
        assertThat(after.readAt()).isEqualTo(Instant.EPOCH.plusSeconds(1));
        assertThat(key(after, "stays")).isSameAs(key(before, "stays"));
        assertThat(key(after, "stays").hasTable()).isTrue();
        assertThat(key(after, "replaced").hasTable()).isFalse();
        assertThat(key(after, "new").hasTable()).isFalse();
    }

    @Test
    void takesTheTableFromAKeyThatIsNoLongerAmongTheFirst() {
        JWK last = TestKeys.es256("last");
        KeySnapshot before = KeySnapshot.parse(TestKeys.jwkSet(last), Instant.EPOCH);
        before.buildTables(Runnable::run);
        List<JWK> jwks = new ArrayList<>();
        for (int i = 0; i < KeySnapshot.MAX_TABLES; i++) {
            jwks.add(TestKeys.es256("k" + i));
        }
        jwks.add(last);
        KeySnapshot after = KeySnapshot.parse(TestKeys.jwkSet(jwks.toArray(JWK[]::new)), Instant.EPOCH)
                .keepingKeysOf(before);
        assertThat(key(after, "last").hasTable()).isTrue();
        after.buildTables(task -> {});
        assertThat(key(after, "last").hasTable()).isFalse();
    }

    // ---- the sources

    @Test
    void fixedSourceBuildsThemInAThreadThatEndsByItself() {
        try (KeySource keys = KeySource.fixed(TestKeys.allKeys())) {
            await().until(() -> key(keys.current(), "test-es256").hasTable());
            await().until(() -> key(keys.current(), "test-ed25519").hasTable());
            await().until(() -> Threads.named("sipoauth-keys-fixed").isEmpty());
            assertThat(key(keys.current(), "test-rs256").hasTable()).isFalse();
        }
    }

    @Test
    void fixedSourceEndsItsThreadOnClose() {
        KeySource keys = KeySource.fixed(TestKeys.allKeys());
        keys.close();
        await().until(() -> Threads.named("sipoauth-keys-fixed").isEmpty());
        assertThat(keys.current().keyIds()).hasSize(3);
    }

    @Test
    void fileSourceBuildsThemAndKeepsThoseOfKeysThatStay(@TempDir Path folder) throws IOException {
        JWK stays = TestKeys.es256("stays");
        Path file = Files.writeString(folder.resolve("keys.json"), TestKeys.jwkSet(stays));
        try (FileKeys keys = FileKeys.open(file, Duration.ofHours(1))) {
            await().until(() -> key(keys.current(), "stays").hasTable());
            VerificationKey before = key(keys.current(), "stays");
            Files.writeString(file, TestKeys.jwkSet(TestKeys.ed25519("new"), stays));
            keys.look();
            assertThat(key(keys.current(), "stays")).isSameAs(before);
            await().until(() -> key(keys.current(), "new").hasTable());
        }
    }

    @Test
    void urlSourceBuildsThemAndKeepsThemAcrossRefreshes() throws Exception {
        try (TestServer server = TestServer.http()) {
            server.answers(TestServer.document(TestKeys.allKeys()));
            try (UrlKeys keys = KeySource.url(server.uri("/jwks"))
                    .insecurePlainHttp()
                    .refreshEvery(Duration.ofMillis(20))
                    .open()) {
                assertThat(keys.awaitReady(Duration.ofSeconds(20))).isTrue();
                await().until(() -> key(keys.current(), "test-ed25519").hasTable());
                VerificationKey before = key(keys.current(), "test-ed25519");
                int requests = server.requests();
                await().until(() -> server.requests() > requests + 2);
                assertThat(key(keys.current(), "test-ed25519")).isSameAs(before);
            }
        }
    }

    private VerificationKey key(TableSwitch tables, StubTable table) {
        VerificationKey key = new VerificationKey("k", SignatureAlgorithm.ES256, pair.getPublic(), tables);
        key.takeTable(table);
        return key;
    }

    private static VerificationKey key(KeySnapshot keys, String keyId) {
        return keys.find(keyId).orElseThrow();
    }

    private static KeyPair pair(String algorithm) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (algorithm.equals("EC")) {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] sign(KeyPair pair, String algorithm) {
        try {
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(pair.getPrivate());
            signer.update(MESSAGE);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
