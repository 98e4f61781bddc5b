package org.sipoauth.verifier;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sipoauth.verifier.internal.CanonicalBase64Url;
import org.sipoauth.verifier.internal.JsonReader;
import org.sipoauth.verifier.internal.MalformedException;
import org.sipoauth.verifier.status.StatusReference;

/** The claims of an access token: those that RFC 9068 §2.2 requires, all present, and ours, each of its type. No record, whose methods nobody would call. */
final class Claims {
    final String issuer;
    final String subject;
    final List<String> audience;
    final String clientId;
    final String tokenId;
    final Instant issuedAt;
    final Instant expiresAt;
    final Optional<Instant> notBefore;
    final String scope;
    final Set<String> scopes;
    final Optional<String> deviceName;
    final List<String> addressesOfRecord;
    final Optional<String> certificateThumbprint;
    final Optional<String> sessionId;
    final Optional<StatusReference> status;

    private Claims(
            String issuer,
            String subject,
            List<String> audience,
            String clientId,
            String tokenId,
            Instant issuedAt,
            Instant expiresAt,
            Optional<Instant> notBefore,
            String scope,
            Set<String> scopes,
            Optional<String> deviceName,
            List<String> addressesOfRecord,
            Optional<String> certificateThumbprint,
            Optional<String> sessionId,
            Optional<StatusReference> status) {
        this.issuer = issuer;
        this.subject = subject;
        this.audience = audience;
        this.clientId = clientId;
        this.tokenId = tokenId;
        this.issuedAt = issuedAt;
        this.expiresAt = expiresAt;
        this.notBefore = notBefore;
        this.scope = scope;
        this.scopes = scopes;
        this.deviceName = deviceName;
        this.addressesOfRecord = addressesOfRecord;
        this.certificateThumbprint = certificateThumbprint;
        this.sessionId = sessionId;
        this.status = status;
    }

    /** Those of no token, to begin with. */
    static final Claims NONE = new Claims(
            "",
            "",
            List.of(""),
            "",
            "",
            Instant.EPOCH,
            Instant.EPOCH,
            Optional.empty(),
            "",
            Set.of(),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    /**
     * @param before those of an earlier token of the same issuer, which most likely says the same of itself, its registrar, its
     *     application and its scope: then both share one copy, in this parse and for as long as they are kept
     */
    static Claims parse(byte[] payload, Claims before) throws MalformedException, Refusal {
        String issuer = null;
        String subject = null;
        List<String> audience = null;
        String clientId = null;
        String tokenId = null;
        Instant issuedAt = null;
        Instant expiresAt = null;
        Instant notBefore = null;
        String scope = "";
        Set<String> scopes = Set.of();
        String deviceName = null;
        List<String> addressesOfRecord = List.of();
        String certificateThumbprint = null;
        String sessionId = null;
        StatusReference status = null;
        JsonReader json = new JsonReader(payload);
        json.beginObject();
        while (json.hasNext()) {
            switch (json.name()) {
                case "iss" -> issuer = json.string(before.issuer);
                case "sub" -> subject = json.string();
                case "aud" -> audience = audience(json, before.audience);
                case "client_id" -> clientId = json.string(before.clientId);
                case "jti" -> tokenId = json.string();
                case "iat" -> issuedAt = json.numericDate();
                case "exp" -> expiresAt = json.numericDate();
                case "nbf" -> notBefore = json.numericDate();
                case "scope" -> {
                    scope = json.string(before.scope);
                    scopes = scope.equals(before.scope) && !before.scopes.isEmpty() ? before.scopes : scopes(scope);
                }
                case "device_name" -> deviceName = json.string();
                case "aor" -> addressesOfRecord = json.strings();
                case "cnf" -> certificateThumbprint = thumbprint(json);
                case "sid" -> sessionId = json.string();
                case "status" -> status = status(json, before.statusList());
                default -> json.skipValue();
            }
        }
        json.end();
        return new Claims(
                requiredText("iss", issuer),
                requiredText("sub", subject),
                required("aud", audience),
                requiredText("client_id", clientId),
                requiredText("jti", tokenId),
                required("iat", issuedAt),
                required("exp", expiresAt),
                Optional.ofNullable(notBefore),
                scope,
                scopes,
                Optional.ofNullable(deviceName),
                addressesOfRecord,
                Optional.ofNullable(certificateThumbprint),
                Optional.ofNullable(sessionId),
                Optional.ofNullable(status));
    }

    /** Whether {@code other}, of the same issuer, says the same where its tokens may. */
    boolean repeats(Claims other) {
        return audience.equals(other.audience)
                && clientId.equals(other.clientId)
                && scope.equals(other.scope)
                && statusList().equals(other.statusList());
    }

    private String statusList() {
        return status.isPresent() ? status.get().uri() : "";
    }

    /** The {@code iss} alone, of a payload in which nothing may be trusted yet. */
    static String issuerOf(byte[] payload) throws MalformedException, Refusal {
        JsonReader json = new JsonReader(payload);
        String issuer = null;
        json.beginObject();
        while (json.hasNext()) {
            if (json.name().equals("iss")) {
                issuer = json.string();
            } else {
                json.skipValue();
            }
        }
        return requiredText("iss", issuer);
    }

    private static List<String> audience(JsonReader json, List<String> before) throws MalformedException {
        if (!json.isStringNext()) {
            return json.strings();
        }
        String likely = before.get(0);
        String one = json.string(likely);
        return before.size() == 1 && one.equals(likely) ? before : List.of(one);
    }

    private static String requiredText(String name, @Nullable String value) throws Refusal {
        String text = required(name, value);
        if (text.isEmpty()) {
            throw new Refusal(Reason.MISSING_CLAIM, "empty " + name);
        }
        return text;
    }

    private static <T> T required(String name, @Nullable T value) throws Refusal {
        if (value == null) {
            throw new Refusal(Reason.MISSING_CLAIM, "no " + name);
        }
        return value;
    }

    /** RFC 6749 §3.3: tokens of printable ASCII but {@code "} and {@code \}, one space between two. */
    private static Set<String> scopes(String scope) throws MalformedException {
        boolean wellFormed = !scope.isEmpty();
        for (int i = 0, inToken = 0; i <= scope.length(); i++) {
            char c = i < scope.length() ? scope.charAt(i) : ' ';
            if (c == ' ') {
                wellFormed &= inToken > 0;
                inToken = 0;
            } else {
                wellFormed &= c >= '!' && c <= '~' && c != '"' && c != '\\';
                inToken++;
            }
        }
        if (!wellFormed) {
            throw new MalformedException("scope is not a list of scope tokens");
        }
        return scope.indexOf(' ') < 0 ? Set.of(scope) : Set.copyOf(Arrays.asList(scope.split(" ")));
    }

    /**
     * The SHA-256 thumbprint of the client certificate to which the token is bound (RFC 8705 §3.1). A token bound in
     * any other way (RFC 9449 §6.1, say) is refused: we could not tell a thief from its owner.
     */
    private static String thumbprint(JsonReader json) throws MalformedException {
        String thumbprint = null;
        json.beginObject();
        while (json.hasNext()) {
            if (json.name().equals("x5t#S256")) {
                thumbprint = json.string();
            } else {
                json.skipValue();
            }
        }
        if (thumbprint == null || CanonicalBase64Url.decode(thumbprint).length != 32) {
            throw new MalformedException("cnf without a certificate's SHA-256 thumbprint");
        }
        return thumbprint;
    }

    /**
     * The token's place in a status list (draft-ietf-oauth-status-list-20 §6.2). A token whose status is told in another
     * way is refused: we could not tell whether it was revoked.
     */
    private static StatusReference status(JsonReader json, String likelyList) throws MalformedException {
        StatusReference reference = null;
        json.beginObject();
        while (json.hasNext()) {
            if (json.name().equals("status_list")) {
                reference = statusReference(json, likelyList);
            } else {
                json.skipValue();
            }
        }
        if (reference == null) {
            throw new MalformedException("status without status_list");
        }
        return reference;
    }

    private static StatusReference statusReference(JsonReader json, String likelyList) throws MalformedException {
        int index = -1;
        String uri = "";
        json.beginObject();
        while (json.hasNext()) {
            switch (json.name()) {
                case "idx" -> index = json.nonNegativeInteger();
                case "uri" -> uri = json.string(likelyList);
                default -> json.skipValue();
            }
        }
        if (index < 0 || uri.isEmpty()) {
            throw new MalformedException("status_list without idx and uri");
        }
        return new StatusReference(uri, index);
    }
}
