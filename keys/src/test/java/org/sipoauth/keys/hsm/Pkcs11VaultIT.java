package org.sipoauth.keys.hsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.KeyUse;
import org.sipoauth.keys.KeyVault;
import org.sipoauth.keys.RingKey;
import org.sipoauth.keys.RotationPolicy;
import org.sipoauth.keys.SignatureAlgorithm;
import org.sipoauth.keys.store.EncryptedFileStore;
import org.sipoauth.keys.store.KeyRingStore;
import org.sipoauth.keys.store.MasterKey;
import org.sipoauth.keys.store.StoredRing;

/** Against a real SoftHSM 2, Debian's package softhsm2. */
class Pkcs11VaultIT {
    private static final Path MODULE = Path.of("/usr/lib/softhsm/libsofthsm2.so");
    private static final String PIN = "1234";
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final byte[] INPUT = "header.payload".getBytes(StandardCharsets.US_ASCII);

    private static long slot;
    private static long otherSlot;

    @TempDir
    private Path folder;

    @BeforeAll
    static void initializeToken() throws Exception {
        boolean required = Boolean.parseBoolean(System.getenv("SIPOAUTH_REQUIRE_PEERS"));
        if (!required && !Files.isReadable(MODULE)) {
            System.out.println("SKIPPED: SoftHSM is not installed (Debian package: softhsm2)");
            abort("SoftHSM is not installed");
        }
        if (otherSlot != 0) {
            return; // SoftHSM reads its folder once in a process
        }
        Path configuration = Path.of(System.getenv("SOFTHSM2_CONF"));
        Path tokens = configuration.resolveSibling("tokens");
        deleteAll(tokens);
        Files.createDirectories(tokens);
        Files.writeString(configuration, "directories.tokendir = " + tokens + "\nlog.level = ERROR\n");
        slot = newToken("test");
        otherSlot = newToken("other");
    }

    private static long newToken(String label) throws Exception {
        String printed =
                run("softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", PIN);
        Matcher assigned = Pattern.compile("reassigned to slot (\\d+)").matcher(printed);
        assertThat(assigned.find()).describedAs(printed).isTrue();
        return Long.parseLong(assigned.group(1));
    }

    @ParameterizedTest
    @EnumSource(
            value = SignatureAlgorithm.class,
            names = {"ES256", "RS256"})
    void signsWithAKeyThatIsNotInTheRing(SignatureAlgorithm algorithm) throws Exception {
        RotationPolicy policy = RotationPolicy.builder().algorithm(algorithm).build();
        KeyRing ring = KeyRing.create(policy, open(), START);
        RingKey active = ring.active(KeyUse.ACCESS_TOKEN_SIGNING);

        JWSVerifier verifier = algorithm == SignatureAlgorithm.ES256
                ? new ECDSAVerifier(active.publicJwk().toECKey())
                : new RSASSAVerifier(active.publicJwk().toRSAKey());
        assertThat(verifier.verify(
                        new JWSHeader(JWSAlgorithm.parse(algorithm.joseName())),
                        INPUT,
                        Base64URL.encode(active.sign(INPUT))))
                .isTrue();
        assertThat(ring.toPrivateJson()).doesNotContain("\"d\":");
    }

    @Test
    void findsItsKeysAgainAfterARestart() {
        MasterKey masterKey = MasterKey.create(folder.resolve("master.key"));
        Path file = folder.resolve("ring.jwe");
        Pkcs11Vault vault = open();
        KeyRing ring = KeyRing.create(RotationPolicy.defaults(), vault, START);
        new EncryptedFileStore(file, masterKey, vault).replace(KeyRingStore.NONE, StoredRing.first(ring));

        KeyRing loaded = new EncryptedFileStore(file, masterKey, open())
                .load()
                .orElseThrow()
                .ring();

        assertThat(loaded.active(KeyUse.ACCESS_TOKEN_SIGNING).sign(INPUT)).hasSize(64);
    }

    @Test
    void handsOutNoPrivateKey() {
        Pkcs11Vault vault = open();
        KeyRing ring = KeyRing.create(RotationPolicy.defaults(), vault, START);

        assertThat(vault.privateKey(ring.active(KeyUse.ACCESS_TOKEN_SIGNING).publicJwk())
                        .getEncoded())
                .isNull();
    }

    @Test
    void destroysTheKeysThatTheRingHasNoUseForAndNoOthers() throws Exception {
        Pkcs11Vault vault = open();
        RotationPolicy policy = RotationPolicy.defaults();
        KeyRing first = KeyRing.create(policy, vault, START);
        KeyRing rotated = first.advance(policy, vault, START.plus(policy.rotateEvery()));

        vault.discardUnused(rotated);

        List<String> kept = Stream.of(
                        rotated.active(KeyUse.ACCESS_TOKEN_SIGNING),
                        rotated.successor(KeyUse.ACCESS_TOKEN_SIGNING).orElseThrow())
                .map(key -> "sipoauth:" + key.id())
                .toList();
        assertThat(vault.labels()).containsExactlyInAnyOrderElementsOf(kept);
        assertThatThrownBy(() -> vault.privateKey(
                        first.active(KeyUse.ACCESS_TOKEN_SIGNING).publicJwk()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has no key");
    }

    @Test
    void aRingMadeInAnHsmCannotBeReadWithoutIt() {
        KeyRing ring = KeyRing.create(RotationPolicy.defaults(), open(), START);
        String json = ring.toPrivateJson();

        assertThatThrownBy(() -> KeyRing.fromPrivateJson(json, KeyVault.inRing()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("made in an HSM");
    }

    @Test
    void movesFromTheRingIntoTheHsmWithTheNextKey() {
        RotationPolicy policy = RotationPolicy.defaults();
        KeyRing software = KeyRing.create(policy, KeyVault.inRing(), START);
        Pkcs11Vault vault = open();

        KeyRing read = KeyRing.fromPrivateJson(software.toPrivateJson(), vault);
        KeyRing once = read.advance(policy, vault, START.plus(policy.rotateEvery()));
        KeyRing twice =
                once.advance(policy, vault, START.plus(policy.rotateEvery().multipliedBy(2)));

        assertThat(read.active(KeyUse.ACCESS_TOKEN_SIGNING).sign(INPUT)).hasSize(64);
        assertThat(twice.active(KeyUse.ACCESS_TOKEN_SIGNING).sign(INPUT)).hasSize(64);
        assertThat(twice.toPrivateJson()).doesNotContain("\"d\":");
    }

    @Test // a process is logged in to a token as a whole, so a wrong PIN shows on one that is not open yet
    void saysWhatIsWrongWithModuleSlotPinOrAlgorithm() {
        assertThatThrownBy(() -> Pkcs11Vault.open(folder.resolve("absent.so"), slot, PIN.toCharArray()))
                .hasMessageContaining("no PKCS #11 module");
        assertThatThrownBy(() -> Pkcs11Vault.open(MODULE, otherSlot + 1, PIN.toCharArray()))
                .hasMessageContaining("check the slot");
        assertThatThrownBy(() -> Pkcs11Vault.open(MODULE, otherSlot, "9876".toCharArray()))
                .hasMessageContaining("PIN")
                .hasMessageNotContaining("9876");
        assertThatThrownBy(() -> open().generate(SignatureAlgorithm.ED25519)).hasMessageContaining("ES256 or RS256");
    }

    private static Pkcs11Vault open() {
        return Pkcs11Vault.open(MODULE, slot, PIN.toCharArray());
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).describedAs(printed).isZero();
        return printed;
    }

    private static void deleteAll(Path folder) throws Exception {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file :
                        files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
