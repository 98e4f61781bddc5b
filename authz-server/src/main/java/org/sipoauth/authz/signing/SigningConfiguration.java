package org.sipoauth.authz.signing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.settings.DataDirectory;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.StartupRefused;
import org.sipoauth.keys.KeyUse;
import org.sipoauth.keys.KeyVault;
import org.sipoauth.keys.RotationPolicy;
import org.sipoauth.keys.SignatureAlgorithm;
import org.sipoauth.keys.hsm.Pkcs11Vault;
import org.sipoauth.keys.store.EncryptedFileStore;
import org.sipoauth.keys.store.KeyRingStore;
import org.sipoauth.keys.store.KeyRingStoreException;
import org.sipoauth.keys.store.MasterKey;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

@Configuration(proxyBeanMethods = false)
@EnableScheduling
class SigningConfiguration {
    @Bean
    RotationPolicy rotationPolicy(Settings settings) {
        Settings.Tokens tokens = settings.tokens();
        Settings.Keys keys = settings.keys();
        if (keys.lookEvery().multipliedBy(3).compareTo(Settings.Keys.RING_OUTAGE) > 0) {
            throw new StartupRefused(
                    "sipoauth.keys.look-every is " + keys.lookEvery() + ", but a server stops signing when it has not"
                            + " read the key ring for " + Settings.Keys.RING_OUTAGE + ".",
                    "Set it to a third of that or less.");
        }
        Duration enough = settings.longestAccessToken()
                .plus(Settings.Keys.CLOCK_TOLERANCE)
                .plus(Settings.Keys.RING_OUTAGE);
        try {
            return RotationPolicy.builder()
                    .algorithm(SignatureAlgorithm.valueOf(keys.algorithm().toUpperCase(Locale.ROOT)))
                    .rotateEvery(keys.rotateEvery())
                    .propagation(keys.propagation())
                    .verifierRefresh(keys.verifierRefresh())
                    .jwkSetMaxAge(keys.jwkSetMaxAge())
                    .accessTokenLifetime(tokens.access())
                    .refreshTokenLifetime(longer(
                            tokens.longestRefreshToken(),
                            settings.activationCodes().expiresIn()))
                    .clockTolerance(Settings.Keys.CLOCK_TOLERANCE)
                    .ringOutage(Settings.Keys.RING_OUTAGE)
                    .retention(keys.retention() != null ? keys.retention() : enough)
                    .build();
        } catch (IllegalArgumentException e) {
            throw new StartupRefused(
                    "The settings under sipoauth.keys and sipoauth.tokens contradict each other: " + e.getMessage(),
                    "Change one of the settings named.",
                    e);
        }
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** Where signing keys are made and kept: in an HSM if one is set up, else in the ring. */
    @Bean
    KeyVault keyVault(Settings settings) {
        Settings.Hsm hsm = settings.keys().hsm();
        if (hsm == null) {
            return KeyVault.inRing();
        }
        try {
            String pin = Files.readString(hsm.pinFile()).strip();
            return Pkcs11Vault.open(hsm.library(), hsm.slot(), pin.toCharArray());
        } catch (IOException | IllegalStateException e) {
            throw new StartupRefused(
                    "The HSM cannot be opened: " + e.getMessage(),
                    "Check sipoauth.keys.hsm.library, .slot and .pin-file.",
                    e);
        }
    }

    @Bean
    KeyRingStore keyRingStore(
            Settings settings, DataDirectory data, KeyVault vault, Environment environment, StringRedisTemplate redis) {
        Path file = data.file("keyring.jwe");
        boolean shared = settings.keys().store() == Settings.KeyStore.REDIS;
        try {
            MasterKey masterKey = givenMasterKey(settings, environment.getProperty("SIPOAUTH_MASTER_KEY"))
                    .orElseGet(() -> shared ? sharedMasterKeyMissing() : ownMasterKey(data, file));
            Optional<MasterKey> previous =
                    Optional.ofNullable(settings.previousMasterKeyFile()).map(MasterKey::fromFile);
            return shared
                    ? RedisKeyRingStore.open(redis, masterKey, previous, vault)
                    : EncryptedFileStore.open(file, masterKey, previous, vault);
        } catch (KeyRingStoreException e) {
            throw refusal(e);
        }
    }

    @Bean
    ClockCheck clockCheck(StringRedisTemplate redis, Clock clock) {
        return new ClockCheck(redis, clock, Settings.Keys.CLOCK_TOLERANCE);
    }

    @Bean
    KeyRingKeeper keyRingKeeper(
            KeyRingStore store,
            KeyVault vault,
            RotationPolicy policy,
            Clock clock,
            ClockCheck clockCheck,
            KeyAudit audit) {
        try {
            return new KeyRingKeeper(store, vault, policy, clock, clockCheck, audit);
        } catch (KeyRingStoreException e) {
            throw refusal(e);
        }
    }

    @Bean
    SigningKeys signingKeys(CurrentKeyRing ring) {
        return () -> new ActiveSigningKey(ring.get().active(KeyUse.ACCESS_TOKEN_SIGNING));
    }

    @Bean
    KeyedHashes keyedHashes(CurrentKeyRing ring) {
        return new KeyedHashes(ring);
    }

    @Bean
    JwtEncoder jwtEncoder(SigningKeys keys) {
        return new ActiveKeyEncoder(keys);
    }

    /** Checks access tokens that come back to this server (RFC 9068 §4). */
    @Bean
    JwtDecoder accessTokenDecoder(KeyRingKeeper keeper, Settings settings) {
        return decoder(keeper, settings, settings.audience());
    }

    @Bean
    AdministrationTokens administrationTokens(KeyRingKeeper keeper, Settings settings) {
        return new AdministrationTokens(
                decoder(keeper, settings, settings.issuer().toString()));
    }

    private static JwtDecoder decoder(KeyRingKeeper keeper, Settings settings, String audience) {
        NimbusJwtDecoder decoder = new NimbusJwtDecoder(OwnTokens.processor(keeper::lastRead));
        decoder.setJwtValidator(JwtValidators.createAtJwtValidator()
                .issuer(settings.issuer().toString())
                .audience(audience)
                .build());
        return decoder;
    }

    private static Optional<MasterKey> givenMasterKey(Settings settings, @Nullable String fromEnvironment) {
        return settings.masterKeyFile() != null
                ? Optional.of(MasterKey.fromFile(settings.masterKeyFile()))
                : Optional.ofNullable(fromEnvironment).map(text -> MasterKey.parse(text, "SIPOAUTH_MASTER_KEY"));
    }

    private static MasterKey ownMasterKey(DataDirectory data, Path ring) {
        Path file = data.file("master.key");
        return Files.exists(file) || Files.exists(ring) ? MasterKey.fromFile(file) : MasterKey.create(file);
    }

    private static MasterKey sharedMasterKeyMissing() {
        throw new KeyRingStoreException("a ring that servers share in Redis needs a master key that they share, too");
    }

    private static StartupRefused refusal(KeyRingStoreException cause) {
        return new StartupRefused(
                "The key ring cannot be opened: " + cause.getMessage(),
                "Restore what is named above, or name the master key with --sipoauth.master-key-file=<file> or the"
                        + " environment variable SIPOAUTH_MASTER_KEY.",
                cause);
    }
}
