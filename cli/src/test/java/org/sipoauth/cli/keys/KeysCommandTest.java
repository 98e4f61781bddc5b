package org.sipoauth.cli.keys;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.cli.CommandRun;
import org.sipoauth.cli.json.JsonObject;
import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.KeyState;
import org.sipoauth.keys.KeyUse;
import org.sipoauth.keys.KeyVault;
import org.sipoauth.keys.RotationPolicy;
import org.sipoauth.keys.SignatureAlgorithm;
import org.sipoauth.keys.store.EncryptedFileStore;
import org.sipoauth.keys.store.KeyRingStore;
import org.sipoauth.keys.store.MasterKey;
import org.sipoauth.keys.store.StoredRing;

class KeysCommandTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration PROPAGATION = RotationPolicy.defaults().propagation();

    @TempDir
    private Path folder;

    private Path ringFile;
    private Path masterKeyFile;
    private MasterKey masterKey;

    @BeforeEach
    void aRing() {
        ringFile = folder.resolve("keyring.jwe");
        masterKeyFile = folder.resolve("master.key");
        masterKey = MasterKey.create(masterKeyFile);
        store(KeyRing.create(RotationPolicy.defaults(), KeyVault.inRing(), START));
    }

    @Test
    void listShowsEveryKeyAndNothingSecret() {
        CommandRun run = keys(START, "list");

        assertThat(run.exit()).isZero();
        for (var key : ring().keys()) {
            assertThat(run.out()).contains(key.id().value());
        }
        assertThat(run.out()).contains("signing", "encryption", "refresh", "active", "published", "ES256");
        assertThat(run.out()).doesNotContain("\"d\"", "\"k\"");
    }

    @Test
    void listPrintsJsonOfOneUse() throws Exception {
        CommandRun run = keys(START, "list", "--json", "--use", "signing");

        List<JsonObject> keys = JsonObject.parse(run.out()).objects("keys");
        assertThat(keys)
                .extracting(key -> key.string("use").orElse(""))
                .containsExactly("access_token_signing", "access_token_signing");
        assertThat(KeyRow.of(keys.get(0)).activatedAt()).contains(START);
    }

    @Test
    void rotateActivatesTheSuccessorOnceItHasPropagated() {
        String successor =
                ring().successor(KeyUse.ACCESS_TOKEN_SIGNING).orElseThrow().id().value();

        CommandRun early = keys(START.plus(PROPAGATION).minusSeconds(1), "rotate");
        assertThat(early.exit()).isEqualTo(1);
        assertThat(early.err()).contains("propagation time").contains("Nothing was changed");
        CommandRun run = keys(START.plus(PROPAGATION), "rotate");

        assertThat(run.exit()).isZero();
        assertThat(ring().active(KeyUse.ACCESS_TOKEN_SIGNING).id().value()).isEqualTo(successor);
        assertThat(ring().successor(KeyUse.ACCESS_TOKEN_SIGNING)).isPresent();
        assertThat(ring().active(KeyUse.REFRESH_TOKEN_AUTHENTICATION).activatedAt())
                .contains(START);
    }

    @ParameterizedTest
    @EnumSource(Use.class)
    void emergencySaysWhatItCostsAndDoesNothingWithoutYes(Use use) {
        String before = ring().toPrivateJson();

        CommandRun run = keys(START, "rotate", "--emergency", "--use", use.toString());

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains(use.costOfRevoking()).contains("--yes");
        assertThat(ring().toPrivateJson()).isEqualTo(before);
    }

    @Test
    void emergencyRevokesTheActiveKeyWithoutAnyWait() {
        var leaked = ring().active(KeyUse.ACCESS_TOKEN_SIGNING).id();

        CommandRun run = keys(START, "rotate", "--emergency", "--yes");

        assertThat(run.exit()).isZero();
        assertThat(ring().find(leaked).orElseThrow().state()).isEqualTo(KeyState.REVOKED);
        assertThat(ring().successor(KeyUse.ACCESS_TOKEN_SIGNING)).isPresent();
    }

    @Test
    void revokingASuccessorCostsNothing() {
        String successor =
                ring().successor(KeyUse.ACCESS_TOKEN_SIGNING).orElseThrow().id().value();

        CommandRun run = keys(START, "revoke", successor, "--yes");

        assertThat(run.exit()).isZero();
        assertThat(run.err()).contains("no phone notices");
        assertThat(run.out()).contains("revoked");
    }

    @Test
    void rotateAndRevokePrintJson() throws Exception {
        String rotated = keys(START.plus(PROPAGATION), "rotate", "--json").out();
        String successor =
                ring().successor(KeyUse.ACCESS_TOKEN_SIGNING).orElseThrow().id().value();
        String revoked = keys(START.plus(PROPAGATION), "revoke", successor, "--yes", "--json")
                .out();

        assertThat(JsonObject.parse(rotated).objects("keys"))
                .extracting(key -> key.string("kid").orElse(""))
                .contains(successor);
        assertThat(JsonObject.parse(revoked).objects("keys"))
                .filteredOn(key -> key.string("kid").orElse("").equals(successor))
                .extracting(key -> key.string("state").orElse(""))
                .containsExactly("revoked");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nobody", "-nobody", "--nobody", "-hnobody", "-Vnobody"})
    void revokingAnUnknownKeySaysSo(String kid) {
        CommandRun run = keys(START, "revoke", kid, "--yes");

        assertThat(run.exit()).as(run.err()).isEqualTo(1);
        assertThat(run.err()).contains("no key with that id");
    }

    @Test
    void aMistypedOptionRevokesNothing() {
        String successor =
                ring().successor(KeyUse.ACCESS_TOKEN_SIGNING).orElseThrow().id().value();
        String before = ring().toPrivateJson();

        CommandRun run = keys(START, "revoke", successor, "--yes", "--jsn");

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains("--jsn");
        assertThat(ring().toPrivateJson()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(SignatureAlgorithm.class)
    void exportWritesTheSetAndAPemFileForEachKey(SignatureAlgorithm algorithm) throws Exception {
        Files.delete(ringFile);
        store(KeyRing.create(RotationPolicy.builder().algorithm(algorithm).build(), KeyVault.inRing(), START));

        CommandRun run = keys(START, "export", "--out", folder.toString());
        CommandRun again = keys(START, "export", "--out", folder.toString());

        assertThat(run.exit()).isZero();
        assertThat(again.exit()).isZero();
        JWKSet set = JWKSet.parse(Files.readString(folder.resolve("jwks.json")));
        assertThat(set.getKeys()).hasSize(2).noneMatch(JWK::isPrivate);
        for (JWK jwk : set.getKeys()) {
            requireReadable(
                    folder.resolve(jwk.getKeyID() + ".pem"),
                    switch (algorithm) {
                        case ES256 -> "EC";
                        case RS256 -> "RSA";
                        case ED25519 -> "Ed25519";
                    });
        }
    }

    @Test
    void rewrapPutsTheRingUnderANewMasterKey() {
        String before = ring().toPrivateJson();
        Path next = folder.resolve("next.key");

        CommandRun run = CommandRun.of(
                KeysCommand.commandLine(InstantSource.fixed(START)),
                "keys",
                "rewrap",
                "--ring",
                ringFile.toString(),
                "--master-key-file",
                masterKeyFile.toString(),
                "--new-master-key-file",
                next.toString());

        assertThat(run.exit()).isZero();
        CommandRun old = keys(START, "list");
        assertThat(old.exit()).isEqualTo(1);
        assertThat(old.err()).contains("is encrypted under master key");
        masterKey = MasterKey.fromFile(next);
        assertThat(ring().toPrivateJson()).isEqualTo(before);
    }

    @Test
    void asksWhereTheRingIs() {
        CommandRun run = CommandRun.of(KeysCommand.commandLine(InstantSource.fixed(START)), "keys", "list");

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains("--server with --client-file, or --ring with --master-key-file");
    }

    private CommandRun keys(Instant now, String... arguments) {
        List<String> all = new ArrayList<>(List.of("keys"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--ring", ringFile.toString(), "--master-key-file", masterKeyFile.toString()));
        return CommandRun.of(KeysCommand.commandLine(InstantSource.fixed(now)), all.toArray(String[]::new));
    }

    private KeyRing ring() {
        return new EncryptedFileStore(ringFile, masterKey, KeyVault.inRing())
                .load()
                .orElseThrow()
                .ring();
    }

    private void store(KeyRing ring) {
        new EncryptedFileStore(ringFile, masterKey, KeyVault.inRing())
                .replace(KeyRingStore.NONE, StoredRing.first(ring));
    }

    /** A SubjectPublicKeyInfo (RFC 5280 §4.1) between the lines of RFC 7468 §13. */
    private static void requireReadable(Path pem, String algorithm) throws Exception {
        String text = Files.readString(pem);
        assertThat(text).startsWith("-----BEGIN PUBLIC KEY-----\n").endsWith("-----END PUBLIC KEY-----\n");
        byte[] encoded = Base64.getMimeDecoder().decode(text.replaceAll("-----[A-Z ]+-----", ""));
        assertThat(KeyFactory.getInstance(algorithm)
                        .generatePublic(new X509EncodedKeySpec(encoded))
                        .getEncoded())
                .isEqualTo(encoded);
    }
}
