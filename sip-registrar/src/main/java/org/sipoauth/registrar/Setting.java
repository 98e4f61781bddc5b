package org.sipoauth.registrar;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The settings, as they are written in the file and on the command line. */
enum Setting {
    ISSUER("issuer", null, "the tokens' issuer, an https URL (required)"),
    AUDIENCE("audience", null, "the audience that names this SIP platform in tokens, e.g. sip:example.com (required)"),
    CLOCK_TOLERANCE("clock-tolerance", "30s", "how far the issuer's clock and ours may differ"),
    AUTHZ_SERVER("authz-server", "", "the authorization server named in challenges; default: the issuer"),
    JWKS("jwks", "", "the issuer's keys, an https URL or a file; default: <issuer>/oauth2/jwks"),
    JWKS_TRUST(
            "jwks.trust", "", "PEM file of the CAs to trust for that URL, status lists and edges; default: the JDK's"),
    JWKS_REFRESH("jwks.refresh", "5m", "how often to read the keys anew, at the latest"),
    JWKS_CACHE("jwks.cache", "", "file for the last good keys, to start without the issuer; default: none"),
    JWKS_MAX_STALENESS("jwks.max-staleness", "24h", "how long to trust keys that could not be confirmed"),
    STATUS_LISTS(
            "status-lists",
            "",
            "https URL that names the lists of revoked logins; none: not read; default: <issuer>/oauth2/status-lists"),
    STATUS_LISTS_REFRESH("status-lists.refresh", "15s", "how often to read the lists anew, at the latest"),
    STATUS_LISTS_CACHE(
            "status-lists.cache", "", "file for the last good lists, to start without the issuer; default: none"),
    STATUS_LISTS_MAX_STALENESS(
            "status-lists.max-staleness", "24h", "how long to trust lists that could not be confirmed"),
    TOKENS_WITHOUT_STATUS(
            "tokens-without-status", "accepted", "tokens that no revocation can end: accepted or refused"),
    DOMAIN("domain", null, "the domain of the addresses-of-record, e.g. example.com (required)"),
    HOSTS("hosts", "127.0.0.1,localhost", "hosts that stand for the domain, beside this machine's own names"),
    NODE_NAME(
            "node-name",
            "",
            "this node's name in Warning headers, and on the server's list of nodes; default: the host name"),
    BIND("bind", "0.0.0.0", "address of the SIP ports"),
    OAUTH_PORT("oauth-port", "5090", "port for phones on premises, TLS; 0: any free one"),
    MRA_OAUTH_PORT("mra-oauth-port", "5091", "port for edges, mutual TLS; 0: any free one; none: not opened"),
    PORTS(
            "ports",
            "fixed",
            "the two OAuth ports: fixed, as they are set here, or served, as ports.url says of node-name while we run"),
    PORTS_URL("ports.url", "", "https URL of the ports of the server's nodes; default: <issuer>/sip-oauth-ports"),
    PORTS_REFRESH("ports.refresh", "15s", "how often to read them anew, at the latest"),
    PORTS_CACHE(
            "ports.cache",
            "",
            "file for the last ones, to start without the server; default: none, so as they are set here"),
    MANAGEMENT_PORT(
            "management-port", "9091", "port of /metrics, /health, /status, /bindings and /refusals, plain HTTP"),
    MANAGEMENT_BIND(
            "management-bind",
            "127.0.0.1",
            "address of that port; it asks nobody for a name, so another one than loopback belongs behind a packet filter"),
    OTLP_METRICS_URL(
            "otlp.metrics.url",
            "",
            "URL of a collector to send the metrics to as well, e.g. http://collector:4318/v1/metrics; default: none"),
    OTLP_METRICS_EVERY("otlp.metrics.every", "60s", "how often to send them"),
    TLS_CERTIFICATE("tls.certificate", null, "PEM file: this node's certificate, then intermediates (required)"),
    TLS_PRIVATE_KEY("tls.private-key", null, "PEM file: its key, PKCS#8, not encrypted (required)"),
    TLS_CLIENT_CA("tls.client-ca", "", "PEM file: the CAs of edges (required unless mra-oauth-port=none)"),
    TLS_PHONE_CERTIFICATES(
            "tls.phone-certificates",
            "ignored",
            "of phones on the OAuth port, for tokens bound to one: ignored, or requested (never required)"),
    TLS_RELOAD("tls.reload", "5s", "how often to look whether these files and edges.file have changed"),
    EDGES("edges", "", "names, CN or SAN, of edges that may connect beside those of the server's list; comma list"),
    EDGES_FILE(
            "edges.file",
            "",
            "file with more of them, one a line; read again when it changes, so replace it by renaming"),
    EDGES_URL(
            "edges.url",
            "",
            "https URL of the server's list, for all of its registrars; none: not read; default: <issuer>/edges"),
    EDGES_REFRESH("edges.refresh", "15s", "how often to read that list anew, at the latest"),
    EDGES_CACHE("edges.cache", "", "file for the last good list, to start without the server; default: none"),
    EDGES_PHONE_CERTIFICATES(
            "edges.phone-certificates",
            "",
            "names, CN or SAN, of the edges that are believed when they forward a phone's certificate (Client-Cert), for"
                    + " tokens bound to one; comma list; default: none"),
    MODE(
            "mode",
            "disabled",
            "SIP OAuth mode: enabled, disabled (every request is refused), or served (as mode.url says)"),
    MODE_URL(
            "mode.url", "", "https URL of the mode for all registrars of the server; default: <issuer>/sip-oauth-mode"),
    MODE_REFRESH("mode.refresh", "15s", "how often to read it anew, at the latest"),
    MODE_CACHE("mode.cache", "", "file for the last mode, to start without the server; default: none, so disabled"),
    DEVICES_OAUTH_DISABLED("devices.oauth-disabled", "", "devices whose profile lacks OAuth; comma list"),
    CHALLENGE("challenge", "407", "status for requests without a token: 407 or 401"),
    REALM("realm", "ccmsipline", "realm of challenges"),
    EXPIRES("expires", "120s", "longest registration, and the one for phones that name none"),
    MIN_EXPIRES("min-expires", "10s", "shortest registration that a phone may ask for"),
    MAX_CONTACTS("max-contacts", "10", "most bindings of one address-of-record"),
    MAX_BINDINGS("max-bindings", "200000", "most bindings in all; with location.redis, most that this node registers"),
    LOCATION_REDIS(
            "location.redis",
            "",
            "Redis in which several registrars share their bindings: redis://HOST:PORT,"
                    + " redis-sentinel://HOST:PORT,HOST:PORT#MASTER or redis-cluster://HOST:PORT,HOST:PORT; rediss: TLS;"
                    + " default: bindings in memory"),
    LOCATION_REDIS_PASSWORD_FILE(
            "location.redis.password-file",
            "",
            "file with the password of that Redis; default: SIPOAUTH_LOCATION_REDIS_PASSWORD in the environment"),
    LOCATION_REDIS_TRUST("location.redis.trust", "", "PEM file of the CAs to trust for that Redis; default: the JDK's"),
    MAX_CONNECTIONS(
            "max-connections",
            "",
            "most connections in all, fewer than this process may have open files; default: 50000, or what these allow"),
    MAX_CONNECTIONS_PER_ADDRESS(
            "max-connections-per-address",
            "1000",
            "most connections of one address, of an IPv6 /64 together; edges that are let in have no limit; none"),
    TIMEOUT_HANDSHAKE("timeout.handshake", "10s", "for a connection's first byte, and its TLS handshake"),
    TIMEOUT_MESSAGE("timeout.message", "10s", "for one message to arrive, and for our answers to be taken"),
    TIMEOUT_UNREGISTERED("timeout.unregistered", "60s", "for a phone's connection until its first registration"),
    TIMEOUT_IDLE("timeout.idle", "300s", "for a connection without any byte"),
    TIMEOUT_DRAIN("timeout.drain", "5s", "for messages that have begun, when the process is told to stop");

    private final String key;
    private final Optional<String> byDefault;
    private final String description;

    /** @param byDefault null where the setting is required, "" where there is none or it depends on others */
    Setting(String key, @Nullable String byDefault, String description) {
        this.key = key;
        this.byDefault = Optional.ofNullable(byDefault);
        this.description = description;
    }

    String key() {
        return key;
    }

    boolean isRequired() {
        return byDefault.isEmpty();
    }

    /** Empty also where the default depends on others. */
    Optional<String> byDefault() {
        return byDefault.filter(value -> !value.isEmpty());
    }

    static Optional<Setting> of(String key) {
        return Arrays.stream(values())
                .filter(setting -> setting.key.equals(key))
                .findFirst();
    }

    static String help() {
        StringBuilder help = new StringBuilder("""
                Registers SIP phones that hold an OAuth access token.

                Usage: java -jar sip-registrar.jar [--config FILE] [--KEY=VALUE …]

                FILE is a properties file of the same keys; the command line goes first.
                Times are written 250ms, 30s, 5m, 24h; a bare number is seconds.
                Prints one line "listening …" when ready.
                Exit codes: 0 --help; 1 failure while starting; 2 wrong settings, or a port in use;
                143 ended by SIGTERM after draining.

                """);
        for (Setting setting : values()) {
            help.append(String.format("  --%-24s %s", setting.key, setting.description));
            setting.byDefault()
                    .ifPresent(value -> help.append(" [").append(value).append(']'));
            help.append('\n');
        }
        return help.toString();
    }
}
