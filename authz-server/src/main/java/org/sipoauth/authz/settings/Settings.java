package org.sipoauth.authz.settings;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Everything under {@code sipoauth.} in the configuration.
 *
 * @param issuer the {@code iss} of every token and the base of every endpoint's address (RFC 8414 §2)
 * @param audience the {@code aud} of every access token: the SIP platform. Has no default
 * @param dataDir where keys, generated passwords and the embedded Redis live
 * @param sipOauthMode whether phones are told to register by token; disabled unless set
 * @param insecurePlainHttp serves without TLS, for a TLS proxy in front on the same machine
 * @param insecureOpenManagement lets the management port be open beyond this machine, where the network keeps others away
 * @param tls the certificate of every listener; made Spring's before anything starts
 * @param rememberedSignIn how long a browser stays signed in if its user says so; 0: nobody is asked
 * @param masterKeyFile the key that encrypts the key ring; unset: {@code SIPOAUTH_MASTER_KEY} in the environment, else
 *     {@code master.key} in the data folder
 * @param previousMasterKeyFile while the master key changes: a ring that is still encrypted under this one is encrypted
 *     anew at start
 * @param openidConnect another provider whose people may sign in; unset: there is none
 * @param ldap the directory whose people may sign in; unset: there is none
 */
@ConfigurationProperties(prefix = "sipoauth", ignoreUnknownFields = false)
public record Settings(
        @DefaultValue("https://localhost:8443") URI issuer,

        String audience,

        @DefaultValue("./data") Path dataDir,
        @DefaultValue("disabled") SipOauthMode sipOauthMode,
        @DefaultValue("false") boolean insecurePlainHttp,
        @DefaultValue("false") boolean insecureOpenManagement,
        @Nullable Tls tls,
        @Nullable Path masterKeyFile,
        @Nullable Path previousMasterKeyFile,
        @DefaultValue Tokens tokens,
        @DefaultValue Keys keys,
        @DefaultValue StatusLists statusLists,
        @DefaultValue Redis redis,
        @DefaultValue Requests requests,
        @DefaultValue DeviceGrant deviceGrant,
        @DefaultValue DeskPhones deskPhones,
        @DefaultValue ActivationCodes activationCodes,
        @DefaultValue MutualTls mutualTls,
        @DefaultValue List<Manufacturer> manufacturers,
        @DefaultValue Provisioning provisioning,
        @DefaultValue Parameters parameters,
        @DefaultValue Audit audit,
        @DefaultValue Console console,
        @Nullable Ldap ldap,
        @Nullable OpenidConnect openidConnect,
        @DefaultValue("12h") Duration rememberedSignIn,
        @DefaultValue List<Client> clients) {

    public enum SipOauthMode {
        ENABLED,
        DISABLED
    }

    /**
     * PEM files, read again when they change.
     *
     * @param certificate with those of its authorities, if it needs them
     * @param privateKey that not everybody on this machine can read
     */
    public record Tls(@Nullable Path certificate, @Nullable Path privateKey) {}

    /**
     * The longest that access tokens may be made to live while this server runs, so that verifiers have the key of each:
     * retired signing keys are removed after {@link Keys#retention}.
     */
    public Duration longestAccessToken() {
        Duration longest = longer(Tokens.LONGEST_ACCESS, tokens.access());
        Duration margin = Keys.CLOCK_TOLERANCE.plus(Keys.RING_OUTAGE);
        return keys.retention() == null || keys.retention().minus(margin).compareTo(longest) >= 0
                ? longest
                : keys.retention().minus(margin);
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    /**
     * How long tokens live, until administrators change it while the servers run.
     *
     * @param softphoneRefresh from sign-in to the end of the login, for softphones
     * @param deskPhoneRefresh the same for desk phones
     * @param softphoneSliding whether that time begins anew with every refresh, for softphones
     * @param deskPhoneSliding the same for desk phones
     */
    public record Tokens(
            @DefaultValue("60m") Duration access,
            @DefaultValue("60d") Duration softphoneRefresh,
            @DefaultValue("60d") Duration deskPhoneRefresh,
            @DefaultValue("false") boolean softphoneSliding,
            @DefaultValue("false") boolean deskPhoneSliding) {

        /** The longest life of an access token that can be set while the servers run. */
        public static final Duration LONGEST_ACCESS = Duration.ofDays(1);
        /** The longest life of a refresh token that can be set while the servers run. */
        public static final Duration LONGEST_REFRESH = Duration.ofDays(365);

        /** How long a login can last that does not slide: as the settings say, or as may be set while the servers run. */
        public Duration longestLogin() {
            return longer(LONGEST_REFRESH, longer(softphoneRefresh, deskPhoneRefresh));
        }

        /**
         * How long after it was made a refresh token may still be presented, at most. With a sliding login that is twice
         * its life: just before its end it is used for the first time and the answer is lost; then it still counts to the
         * end that this has given the login.
         */
        public Duration longestRefreshToken() {
            return longer(
                    presentable(softphoneRefresh, softphoneSliding), presentable(deskPhoneRefresh, deskPhoneSliding));
        }

        private static Duration presentable(Duration life, boolean sliding) {
            return longer(LONGEST_REFRESH, life).multipliedBy(sliding ? 2 : 1);
        }
    }

    /**
     * What administrators may change while the servers run.
     *
     * @param lookEvery how often a server looks for changes by others
     */
    public record Parameters(@DefaultValue("5s") Duration lookEvery) {}

    /**
     * How sure a login and a revocation are when they are answered.
     *
     * @param confirmReplicas how many replicas have to have the write; unset: 1 with Sentinel or Cluster, else 0
     * @param confirmTimeout how long they have to say so; then the request is answered with 503
     * @param confirmConnections on which such writes wait, at each server; so many can wait at once
     * @param insecureWithoutPassword lets a Redis on another machine be used that asks for no password
     */
    public record Redis(
            @Nullable Integer confirmReplicas,
            @DefaultValue("1s") Duration confirmTimeout,
            @DefaultValue("8") int confirmConnections,
            @DefaultValue("false") boolean insecureWithoutPassword) {}

    /**
     * How much one network may ask of each server.
     *
     * @param perSecond requests in the long run; 0: as many as it likes
     * @param burst requests at once
     */
    public record Requests(
            @DefaultValue("500") int perSecond,
            @DefaultValue("20000") int burst) {}

    /**
     * The signing key and its changes; contradictions are refused at start-up.
     *
     * @param algorithm of the next signing key: ES256, RS256 or Ed25519
     * @param propagation how long a key is published before it may sign
     * @param retention how long a retired key stays published; unset: as long as the longest-lived token needs that can be
     *     set while the servers run
     * @param verifierRefresh the longest interval at which a verifier reads the JWK Set
     * @param jwkSetMaxAge how long caches may keep the JWK Set
     * @param store where the ring is kept: in a file of this server, or in Redis for several servers
     * @param hsm where signing keys are made and stay, if not in the ring
     * @param lookEvery how often a server looks for changes to the ring, its own and those of others
     */
    public record Keys(
            @DefaultValue("ES256") String algorithm,
            @DefaultValue("90d") Duration rotateEvery,
            @DefaultValue("15m") Duration propagation,
            @Nullable Duration retention,
            @DefaultValue("5m") Duration verifierRefresh,
            @DefaultValue("5m") Duration jwkSetMaxAge,
            @DefaultValue("file") KeyStore store,
            @DefaultValue("5s") Duration lookEvery,
            @Nullable Hsm hsm) {

        /** How far the clock of a verifier may be off. */
        public static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);
        /** How long a server signs without having been able to read the key ring. */
        public static final Duration RING_OUTAGE = Duration.ofMinutes(1);
    }

    /**
     * What tells verifiers which logins have been revoked.
     *
     * @param lookEvery how often a server looks for revocations by others
     */
    public record StatusLists(@DefaultValue("2s") Duration lookEvery) {}

    /**
     * What the console shows beside what this server knows.
     *
     * @param registrars the addresses of their management ports, such as {@code http://192.0.2.1:9091}
     */
    public record Console(@DefaultValue List<URI> registrars) {
        public Console {
            registrars = List.copyOf(registrars);
            if (registrars.size() > MOST_REGISTRARS) {
                throw new IllegalArgumentException("names more than " + MOST_REGISTRARS + " registrars");
            }
            for (URI registrar : registrars) {
                if (registrar.getRawUserInfo() != null
                        || registrar.getRawQuery() != null
                        || registrar.getRawFragment() != null) {
                    throw new IllegalArgumentException( // without the address, for what may be a password
                            "the address of a registrar has a name and password, a query or a fragment: leave them out");
                }
                if (registrar.getHost() == null || !List.of("http", "https").contains(registrar.getScheme())) {
                    throw new IllegalArgumentException(registrar
                            + " is no address of a registrar's management port, such as http://192.0.2.1:9091");
                }
            }
        }

        private static final int MOST_REGISTRARS = 64;
    }

    /**
     * Where every decision is recorded beside the log.
     *
     * @param folder where the tamper-evident files are; unset: there are none
     * @param fileSize before the next file begins, as it does every day
     * @param keep how long a file is kept after its last record
     * @param syslog the receiver of all records; unset: there is none
     */
    public record Audit(
            @Nullable Path folder,
            @DefaultValue("64MB") DataSize fileSize,
            @DefaultValue("90d") Duration keep,
            @Nullable Syslog syslog) {}

    /**
     * A syslog receiver (RFC 5424).
     *
     * @param address {@code tls://host:port}, or {@code tcp://127.0.0.1:port} to this machine
     * @param trust PEM file of the authorities that its certificate may come from; unset: those of the Java runtime
     * @param certificate PEM file of this server's own certificate, if the receiver asks for one
     * @param privateKey PEM file of the key for that
     */
    public record Syslog(
            URI address,
            @Nullable Path trust,
            @Nullable Path certificate,
            @Nullable Path privateKey) {}

    /**
     * How phones without a browser sign in (RFC 8628).
     *
     * @param expiresIn how long a user code can be entered
     * @param interval how long a phone is told to wait between polls
     * @param networks from which phones may ask for codes, such as {@code 192.0.2.0/24}; unset: from any
     */
    public record DeviceGrant(
            @DefaultValue("10m") Duration expiresIn,
            @DefaultValue("5s") Duration interval,
            @DefaultValue List<String> networks) {}

    /**
     * How desk phones may be signed in.
     *
     * @param ways combinations of {@code device-code}, {@code activation-code} and {@code manufacturer-certificate}, parts
     *     of one with {@code +} between; any one is enough. Unset: each alone, the certificate if there is a listener for it
     */
    public record DeskPhones(@DefaultValue List<String> ways) {}

    /**
     * The codes that administrators make for desk phones.
     *
     * @param expiresIn how long one can be used
     */
    public record ActivationCodes(@DefaultValue("7d") Duration expiresIn) {}

    /**
     * The listener for phones that show a certificate (RFC 8705).
     *
     * @param port unset: there is none
     * @param url by which phones reach it; unset: the issuer's host at this port
     */
    public record MutualTls(
            @Nullable Integer port, @Nullable URI url) {}

    /**
     * Whose certificates in phones are taken.
     *
     * @param authorities PEM, the certificates that a phone's path may end at; read again when it changes
     * @param commonName a regular expression for the whole common name, whose groups {@code deviceName} uses
     * @param deviceName what the device is called, such as {@code $1} or {@code SEP$1}
     * @param refusedSerials serial numbers of certificates that are not taken, hexadecimal, one a line; read again when it
     *     changes
     * @param revocationLists revocation lists (RFC 5280 §5) of every authority in a phone's path, PEM or DER; read again
     *     when it changes
     * @param ways as {@link DeskPhones#ways}, for phones that show a certificate of this manufacturer; unset: as for all
     */
    public record Manufacturer(
            String name,
            Path authorities,
            String commonName,
            @DefaultValue("$1") String deviceName,
            @Nullable Path refusedSerials,
            @Nullable Path revocationLists,
            @DefaultValue List<String> ways) {}

    /**
     * A hardware security module (PKCS #11).
     *
     * @param library the module of its maker, such as {@code /usr/lib/softhsm/libsofthsm2.so}
     * @param slot the slot's id, as {@code pkcs11-tool --list-slots} prints it
     * @param pinFile holds the user PIN and nothing else
     */
    public record Hsm(Path library, long slot, Path pinFile) {}

    public enum KeyStore {
        FILE,
        REDIS
    }

    /**
     * The configuration file service.
     *
     * @param nodes the SIP servers that phones are sent to, in order of priority; unset: one on this machine
     * @param hosts by which phones ask for their files, beside the issuer's and the nodes'
     */
    public record Provisioning(
            @DefaultValue("6970") int port,
            @DefaultValue("ccmsipline") String realm,
            @DefaultValue List<Node> nodes,
            @DefaultValue List<String> hosts) {

        public Provisioning {
            nodes = nodes.isEmpty()
                    ? List.of(new Node("node1", "127.0.0.1", 2000, 5060, 5061, 5090, 5091))
                    : List.copyOf(nodes);
        }
    }

    /** A SIP server as a phone sees it; the two OAuth ports accept 1024 to 49151. */
    public record Node(
            String name,
            String address,
            @DefaultValue("2000") int ethernetPhonePort,
            @DefaultValue("5060") int sipPort,
            @DefaultValue("5061") int securedSipPort,
            @DefaultValue("5090") int sipOauthPort,
            @DefaultValue("5091") int sipMraOauthPort) {}

    /**
     * A directory (LDAP, RFC 4511) whose people may sign in.
     *
     * @param urls {@code ldaps://host}, or {@code ldap://host} with {@code startTls}; the first that answers is asked
     * @param insecurePlainLdap passwords unprotected on the wire, to a directory or TLS tunnel on this machine
     * @param trust PEM file of the authorities that the directory's certificate may come from; unset: those of the Java
     *     runtime
     * @param bindDn the account that searches
     * @param passwordFile holds its password and nothing else; unset: {@code SIPOAUTH_LDAP_PASSWORD} in the environment
     * @param userFilter finds the entry of whoever signs in; {@code {0}} is the name they type
     * @param groupBaseDn where groups are; unset: {@code baseDn}
     * @param groupFilter has to match something below {@code groupBaseDn}; {@code {0}} is the DN of the entry, {@code {1}}
     *     the subscriber's name. Unset: everybody whom {@code userFilter} finds may sign in
     * @param nameAttribute its only value, in lower case, is the subscriber's name
     * @param responseTimeout of each step: to connect is one, to find the entry is one, to check the password is one
     * @param administratorFilter as {@code groupFilter}, for administrators; unset: nobody of the directory is one
     * @param operatorFilter the same for operators, who are not found by the one before
     * @param readOnlyFilter the same for those who only see, who are found by neither
     * @param connections at most to the directory
     * @param checkEvery how often everybody who has signed in is looked for, to end what those have here who have left; 0:
     *     never
     * @param mostGonePercent if more of them than this are gone at once, nothing is ended
     */
    public record Ldap(
            List<URI> urls,

            @DefaultValue("false") boolean startTls,
            @DefaultValue("false") boolean insecurePlainLdap,
            @Nullable Path trust,

            String bindDn,

            @Nullable Path passwordFile,

            String baseDn,

            @DefaultValue("(uid={0})") String userFilter,
            @Nullable String groupBaseDn,
            @Nullable String groupFilter,
            @Nullable String administratorFilter,
            @Nullable String operatorFilter,
            @Nullable String readOnlyFilter,
            @DefaultValue("uid") String nameAttribute,
            @DefaultValue("3s") Duration connectTimeout,
            @DefaultValue("3s") Duration responseTimeout,
            @DefaultValue("8") int connections,
            @DefaultValue("1h") Duration checkEvery,
            @DefaultValue("10") int mostGonePercent) {}

    /**
     * Another provider (OpenID Connect Core 1.0) whose people may sign in.
     *
     * @param issuer exactly as its discovery document has it
     * @param clientId by which it knows this server
     * @param clientSecretFile holds the secret for that and nothing else; unset:
     *     {@code SIPOAUTH_OPENID_CONNECT_CLIENT_SECRET} in the environment, else a public client
     * @param trust PEM file of the authorities that its certificate may come from; unset: those of the Java runtime
     * @param scopes to ask for beside {@code openid}
     * @param nameClaim is the subscriber's name, in lower case; {@code email} counts only if it is verified
     * @param requiredClaim has to have one of {@code requiredValues}; unset: everybody of the provider may sign in as a
     *     subscriber
     * @param roleClaim whose value makes somebody an administrator, in place of a subscriber; unset: nobody is one
     * @param administratorValues of it, any of which makes an administrator
     * @param operatorValues any of which makes an operator, where there is none of those
     * @param readOnlyValues any of which makes one who only sees, where there is neither
     * @param emailDomains of one of which the verified e-mail address has to be; unset: of any
     * @param button what it says on the sign-in page
     * @param timeout to connect, and to wait for each answer
     */
    public record OpenidConnect(
            URI issuer,

            String clientId,

            @Nullable Path clientSecretFile,
            @Nullable Path trust,
            @DefaultValue({"profile", "email"}) List<String> scopes,
            @DefaultValue("preferred_username") String nameClaim,
            @Nullable String requiredClaim,
            @DefaultValue List<String> requiredValues,
            @Nullable String roleClaim,
            @DefaultValue List<String> administratorValues,
            @DefaultValue List<String> operatorValues,
            @DefaultValue List<String> readOnlyValues,
            @DefaultValue List<String> emailDomains,

            @DefaultValue("Sign in with your organisation's account")
            String button,

            @DefaultValue("5s") Duration timeout) {}

    /**
     * A client beside the built-in ones.
     *
     * @param secretHash {@code {sha256}} and the SHA-256 of a random secret in hexadecimal; unset: a public client
     * @param redirectUris compared exactly; only a loopback address may be asked for with any port (RFC 8252 §7.3)
     * @param thirdParty whether people are asked before it gets anything
     */
    public record Client(
            String id,
            @Nullable String secretHash,
            @DefaultValue List<String> grantTypes,
            @DefaultValue List<String> scopes,
            @DefaultValue List<String> redirectUris,
            @DefaultValue("false") boolean thirdParty,
            @Nullable ClientCertificate certificate) {

        @Override
        public String toString() {
            return "Client[" + id + "]";
        }
    }

    /**
     * By what certificate a service authenticates (RFC 8705 §2): {@code subject} and {@code authorities}, or {@code file}.
     *
     * @param subject its distinguished name
     * @param authorities whose certificates of that subject are taken, PEM
     * @param file the certificate itself, or several, PEM
     */
    public record ClientCertificate(
            @Nullable String subject,
            @Nullable Path authorities,
            @Nullable Path file) {}
}
