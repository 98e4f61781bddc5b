package org.sipoauth.authz.settings;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Everything under {@code sipoauth.} in the configuration.
 *
 * @param issuer the {@code iss} of every token and the base of every endpoint's address (RFC 8414 §2)
 * @param audience the {@code aud} of every access token: the SIP platform. Has no default
 * @param dataDir where keys, generated passwords and the embedded Redis live
 * @param sipOauthMode whether phones are told to register by token; disabled unless set
 * @param insecurePlainHttp serves without TLS, for a TLS proxy in front on the same machine
 * @param rememberedSignIn how long a browser stays signed in if its user says so; 0: nobody is asked
 * @param masterKeyFile the key that encrypts the key ring; unset: {@code SIPOAUTH_MASTER_KEY} in the environment, else
 *     {@code master.key} in the data folder
 * @param previousMasterKeyFile while the master key changes: a ring that is still encrypted under this one is encrypted
 *     anew at start
 */
@Validated
@ConfigurationProperties("sipoauth")
public record Settings(
        @DefaultValue("https://localhost:8443") URI issuer,

        @NotBlank(message = "is required: name the SIP platform the tokens are for, such as sip:example.com")
        String audience,

        @DefaultValue("./data") Path dataDir,
        @DefaultValue("disabled") SipOauthMode sipOauthMode,
        @DefaultValue("false") boolean insecurePlainHttp,
        @Nullable Path masterKeyFile,
        @Nullable Path previousMasterKeyFile,
        @DefaultValue @Valid Tokens tokens,
        @DefaultValue @Valid Keys keys,
        @DefaultValue @Valid StatusLists statusLists,
        @DefaultValue @Valid Redis redis,
        @DefaultValue @Valid DeviceGrant deviceGrant,
        @DefaultValue @Valid Provisioning provisioning,
        @DefaultValue("12h") @NotNull Duration rememberedSignIn,
        @DefaultValue List<@Valid Client> clients) {

    public enum SipOauthMode {
        ENABLED,
        DISABLED
    }

    /**
     * How long tokens live.
     *
     * @param softphoneRefresh from sign-in to the end of the login, for softphones
     * @param deskPhoneRefresh the same for desk phones
     * @param softphoneSliding whether that time begins anew with every refresh, for softphones
     * @param deskPhoneSliding the same for desk phones
     */
    public record Tokens(
            @DefaultValue("60m") @NotNull Duration access,
            @DefaultValue("60d") @NotNull Duration softphoneRefresh,
            @DefaultValue("60d") @NotNull Duration deskPhoneRefresh,
            @DefaultValue("false") boolean softphoneSliding,
            @DefaultValue("false") boolean deskPhoneSliding) {

        /**
         * How long after it was made a refresh token may still be presented, at most. With a sliding login that is twice
         * its life: just before its end it is used for the first time and the answer is lost; then it still counts to the
         * end that this has given the login.
         */
        public Duration longestRefreshToken() {
            Duration softphone = softphoneSliding ? softphoneRefresh.multipliedBy(2) : softphoneRefresh;
            Duration deskPhone = deskPhoneSliding ? deskPhoneRefresh.multipliedBy(2) : deskPhoneRefresh;
            return softphone.compareTo(deskPhone) >= 0 ? softphone : deskPhone;
        }
    }

    /**
     * How sure a login and a revocation are when they are answered.
     *
     * @param confirmReplicas how many replicas have to have the write; unset: 1 with Sentinel or Cluster, else 0
     * @param confirmTimeout how long they have to say so; then the request is answered with 503
     */
    public record Redis(
            @Nullable @Min(0) @Max(10) Integer confirmReplicas,
            @DefaultValue("1s") @NotNull Duration confirmTimeout) {}

    /**
     * The signing key and its changes; contradictions are refused at start-up.
     *
     * @param algorithm of the next signing key: ES256, RS256 or Ed25519
     * @param propagation how long a key is published before it may sign
     * @param retention how long a retired key stays published; unset: two hours, or as long as tokens need if that is
     *     longer
     * @param verifierRefresh the longest interval at which a verifier reads the JWK Set
     * @param jwkSetMaxAge how long caches may keep the JWK Set
     * @param store where the ring is kept: in a file of this server, or in Redis for several servers
     * @param hsm where signing keys are made and stay, if not in the ring
     * @param lookEvery how often a server looks for changes to the ring, its own and those of others
     */
    public record Keys(
            @DefaultValue("ES256") @NotBlank String algorithm,
            @DefaultValue("90d") @NotNull Duration rotateEvery,
            @DefaultValue("15m") @NotNull Duration propagation,
            @Nullable Duration retention,
            @DefaultValue("5m") @NotNull Duration verifierRefresh,
            @DefaultValue("5m") @NotNull Duration jwkSetMaxAge,
            @DefaultValue("file") @NotNull KeyStore store,
            @DefaultValue("5s") @NotNull Duration lookEvery,
            @Nullable @Valid Hsm hsm) {}

    /**
     * What tells verifiers which logins have been revoked.
     *
     * @param lookEvery how often a server looks for revocations by others
     */
    public record StatusLists(@DefaultValue("2s") @NotNull Duration lookEvery) {}

    /**
     * How phones without a browser sign in (RFC 8628).
     *
     * @param expiresIn how long a user code can be entered
     * @param interval how long a phone is told to wait between polls
     * @param networks from which phones may ask for codes, such as {@code 192.0.2.0/24}; unset: from any
     */
    public record DeviceGrant(
            @DefaultValue("10m") @NotNull Duration expiresIn,
            @DefaultValue("5s") @NotNull Duration interval,
            @DefaultValue List<String> networks) {}

    /**
     * A hardware security module (PKCS #11).
     *
     * @param library the module of its maker, such as {@code /usr/lib/softhsm/libsofthsm2.so}
     * @param slot the slot's id, as {@code pkcs11-tool --list-slots} prints it
     * @param pinFile holds the user PIN and nothing else
     */
    public record Hsm(
            @NotNull Path library, long slot, @NotNull Path pinFile) {}

    public enum KeyStore {
        FILE,
        REDIS
    }

    /**
     * The configuration file service.
     *
     * @param nodes the SIP servers that phones are sent to, in order of priority; unset: one on this machine
     */
    public record Provisioning(
            @DefaultValue("6970") @Min(0) @Max(65535) int port,
            @DefaultValue("ccmsipline") @NotBlank String realm,
            @DefaultValue List<@Valid Node> nodes) {

        public Provisioning {
            nodes = nodes.isEmpty()
                    ? List.of(new Node("node1", "127.0.0.1", 2000, 5060, 5061, 5090, 5091))
                    : List.copyOf(nodes);
        }
    }

    /** A SIP server as a phone sees it; the two OAuth ports accept 1024 to 49151. */
    public record Node(
            @NotBlank String name,
            @NotBlank String address,
            @DefaultValue("2000") @Min(1) @Max(65535) int ethernetPhonePort,
            @DefaultValue("5060") @Min(1) @Max(65535) int sipPort,
            @DefaultValue("5061") @Min(1) @Max(65535) int securedSipPort,
            @DefaultValue("5090") @Min(1024) @Max(49151) int sipOauthPort,
            @DefaultValue("5091") @Min(1024) @Max(49151) int sipMraOauthPort) {}

    /**
     * A client beside the built-in ones.
     *
     * @param secretHash {@code {sha256}} and the SHA-256 of a random secret in hexadecimal; unset: a public client
     * @param redirectUris compared exactly; only a loopback address may be asked for with any port (RFC 8252 §7.3)
     * @param thirdParty whether people are asked before it gets anything
     */
    public record Client(
            @NotBlank String id,
            @Nullable String secretHash,
            @DefaultValue List<String> grantTypes,
            @DefaultValue List<String> scopes,
            @DefaultValue List<String> redirectUris,
            @DefaultValue("false") boolean thirdParty) {

        @Override
        public String toString() {
            return "Client[" + id + "]";
        }
    }
}
