package org.sipoauth.verifier;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sipoauth.verifier.internal.CanonicalBase64Url;
import org.sipoauth.verifier.internal.JsonReader;
import org.sipoauth.verifier.internal.JsonReader.Kind;
import org.sipoauth.verifier.internal.MalformedException;
import org.sipoauth.verifier.status.StatusReference;

/** The claims of an access token: those that RFC 9068 §2.2 requires, all present, and ours, each of its type. */
record Claims(
        String issuer,
        String subject,
        List<String> audience,
        String clientId,
        String tokenId,
        Instant issuedAt,
        Instant expiresAt,
        Optional<Instant> notBefore,
        Set<String> scopes,
        Optional<String> deviceName,
        List<String> addressesOfRecord,
        Optional<String> certificateThumbprint,
        Optional<String> sessionId,
        Optional<StatusReference> status) {

    static Claims parse(byte[] payload) throws MalformedException, Refusal {
        return new Reading().read(new JsonReader(payload));
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
        json.end();
        return Reading.requiredText("iss", issuer);
    }

    /** The claims seen so far. */
    private static final class Reading {
        private @Nullable String issuer;
        private @Nullable String subject;
        private @Nullable List<String> audience;
        private @Nullable String clientId;
        private @Nullable String tokenId;
        private @Nullable Instant issuedAt;
        private @Nullable Instant expiresAt;
        private @Nullable Instant notBefore;
        private Set<String> scopes = Set.of();
        private @Nullable String deviceName;
        private List<String> addressesOfRecord = List.of();
        private @Nullable String certificateThumbprint;
        private @Nullable String sessionId;
        private @Nullable StatusReference status;

        Claims read(JsonReader json) throws MalformedException, Refusal {
            json.beginObject();
            while (json.hasNext()) {
                switch (json.name()) {
                    case "iss" -> issuer = json.string();
                    case "sub" -> subject = json.string();
                    case "aud" -> audience = json.peek() == Kind.STRING ? List.of(json.string()) : json.strings();
                    case "client_id" -> clientId = json.string();
                    case "jti" -> tokenId = json.string();
                    case "iat" -> issuedAt = json.numericDate();
                    case "exp" -> expiresAt = json.numericDate();
                    case "nbf" -> notBefore = json.numericDate();
                    case "scope" -> scopes = scopes(json.string());
                    case "device_name" -> deviceName = json.string();
                    case "aor" -> addressesOfRecord = json.strings();
                    case "cnf" -> certificateThumbprint = thumbprint(json);
                    case "sid" -> sessionId = json.string();
                    case "status" -> status = status(json);
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
                    scopes,
                    Optional.ofNullable(deviceName),
                    addressesOfRecord,
                    Optional.ofNullable(certificateThumbprint),
                    Optional.ofNullable(sessionId),
                    Optional.ofNullable(status));
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
                wellFormed &= c > ' ' && c <= '~' && c != '"' && c != '\\';
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
    private static StatusReference status(JsonReader json) throws MalformedException {
        StatusReference reference = null;
        json.beginObject();
        while (json.hasNext()) {
            if (json.name().equals("status_list")) {
                reference = statusReference(json);
            } else {
                json.skipValue();
            }
        }
        if (reference == null) {
            throw new MalformedException("status without status_list");
        }
        return reference;
    }

    private static StatusReference statusReference(JsonReader json) throws MalformedException {
        int index = -1;
        String uri = "";
        json.beginObject();
        while (json.hasNext()) {
            switch (json.name()) {
                case "idx" -> index = json.nonNegativeInteger();
                case "uri" -> uri = json.string();
                default -> json.skipValue();
            }
        }
        if (index < 0 || uri.isEmpty()) {
            throw new MalformedException("status_list without idx and uri");
        }
        return new StatusReference(uri, index);
    }
}
