package org.sipoauth.verifier;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Writes {@code testkit/} anew, under fresh keys whose private halves are forgotten. A vector is added by adding its
 * line here and running {@link #main} with the folder as argument.
 */
final class TestkitMint {
    private static final Instant NOW = TestTokens.ISSUED.plusSeconds(60);

    private final Path folder;
    private final ECKey es256 = TestKeys.es256("testkit-es256");
    private final RSAKey rs256 = TestKeys.rs256("testkit-rs256", 2048);
    private final OctetKeyPair ed25519 = TestKeys.ed25519("testkit-ed25519");
    private final OctetSequenceKey a256gcm = TestKeys.a256gcm("testkit-a256gcm");
    private final ECKey stranger = TestKeys.es256("testkit-stranger");

    private TestkitMint(Path folder) {
        this.folder = folder;
    }

    public static void main(String[] arguments) throws IOException {
        TestkitMint mint = new TestkitMint(Path.of(arguments[0]));
        mint.start();
        mint.genuine();
        mint.spelling();
        mint.header();
        mint.signature();
        mint.claims();
        mint.meaning();
        mint.time();
        mint.malformedStatus();
        mint.status();
        TestkitMint nested = new TestkitMint(mint.folder.resolve("nested")); // under keys of its own
        nested.start();
        nested.nested();
    }

    private void start() throws IOException {
        Files.createDirectories(folder);
        removeOld();
        Files.writeString(folder.resolve("keys.json"), TestKeys.jwkSet(es256, rs256, ed25519) + "\n");
    }

    private void genuine() throws IOException {
        vector("genuine-es256", "accepted", "signed with ES256", token().sign(es256));
        vector("genuine-rs256", "accepted", "signed with RS256", token().sign(rs256));
        vector(
                "genuine-ed25519",
                "accepted",
                "signed with Ed25519 under its full name, RFC 9864",
                token().sign(ed25519, "Ed25519"));
        vector(
                "genuine-eddsa",
                "accepted",
                "signed with Ed25519 under its first name, RFC 8037",
                token().sign(ed25519, "EdDSA"));
        vector(
                "genuine-audience-array",
                "accepted",
                "aud may be an array, RFC 7519 section 4.1.3",
                token().with("aud", List.of("sip:example.net", TestTokens.AUDIENCE))
                        .sign(es256));
        vector(
                "genuine-media-type",
                "accepted",
                "typ is a media type and not case-sensitive, RFC 7515 section 4.1.9",
                token().withHeader("typ", "Application/AT+JWT").sign(es256));
        vector(
                "genuine-without-optional-claims",
                "accepted",
                "scope, device_name and aor are optional",
                token().without("scope").without("device_name").without("aor").sign(es256));
        vector(
                "genuine-certificate-bound",
                "accepted",
                "bound to a client certificate, RFC 8705 section 3.1",
                token().with("cnf", Map.of("x5t#S256", "A".repeat(43))).sign(es256));
        vector(
                "genuine-unknown-members",
                "accepted",
                "unknown header parameters and claims are passed over",
                token().withHeader("x", List.of(1)).with("x", Map.of("y", 1.5)).sign(es256));
    }

    private void spelling() throws IOException {
        String token = token().sign(es256);
        int lastDot = token.lastIndexOf('.');
        vector("spelling-padding", "MALFORMED", "base64url in a JWS has no padding, RFC 7515 section 2", token + "==");
        vector(
                "spelling-trailing-bits",
                "MALFORMED",
                "the bits past the end of the signature are zero, RFC 4648 section 3.5",
                token.substring(0, token.length() - 1) + (char) (token.charAt(token.length() - 1) + 1));
        vector(
                "spelling-base64",
                "MALFORMED",
                "the alphabet of base64 is another one",
                token.replace('-', '+').replace('_', '/') + "+");
        vector("spelling-space-after", "MALFORMED", "nothing surrounds a token", token + " ");
        vector("spelling-two-parts", "MALFORMED", "three parts, RFC 7515 section 7.1", token.substring(0, lastDot));
        vector("spelling-four-parts", "MALFORMED", "three parts, RFC 7515 section 7.1", token + ".AAAA");
        vector(
                "spelling-too-long",
                "MALFORMED",
                "more than 8 KiB",
                token().with("x", "x".repeat(6_000)).sign(es256));
    }

    private void header() throws IOException {
        vector(
                "header-no-type",
                "WRONG_TYPE",
                "typ is required, RFC 9068 section 2.1",
                token().withoutHeader("typ").sign(es256));
        vector(
                "header-type-jwt",
                "WRONG_TYPE",
                "an ID token is no access token",
                token().withHeader("typ", "JWT").sign(es256));
        vector(
                "header-crit",
                "MALFORMED",
                "no extension is understood, RFC 7515 section 4.1.11",
                token().withHeader("crit", List.of("x")).withHeader("x", true).sign(es256));
        vector(
                "header-no-algorithm",
                "MALFORMED",
                "alg is required, RFC 7515 section 4.1.1",
                token().withoutHeader("alg").sign(es256));
        vector(
                "header-no-key-id",
                "UNKNOWN_KEY",
                "keys are chosen by kid alone",
                token().withoutHeader("kid").sign(es256));
        vector("header-key-id-unknown", "UNKNOWN_KEY", "no such key", token().sign(stranger));
        vector(
                "header-own-key",
                "UNKNOWN_KEY",
                "a key in the token is never used, RFC 8725 section 3.10",
                token().withHeader("jwk", stranger.toPublicJWK().toJSONObject()).sign(stranger));
        vector(
                "header-name-twice",
                "MALFORMED",
                "a name twice in the header",
                raw(header -> header.replaceFirst("\\{", "{\"kid\":\"testkit-rs256\","), claims -> claims));
        vector(
                "header-name-twice-escaped",
                "MALFORMED",
                "a name twice, once escaped",
                raw(header -> header.replaceFirst("\\{", "{\"k\\\\u0069d\":\"testkit-rs256\","), claims -> claims));
        vector(
                "header-text-after",
                "MALFORMED",
                "text after the header's object",
                raw(header -> header + "{}", claims -> claims));
        vector(
                "header-type-is-array",
                "MALFORMED",
                "typ is a string",
                token().withHeader("typ", List.of("at+jwt")).sign(es256));
    }

    private void signature() throws IOException {
        String token = token().sign(es256);
        String input = token.substring(0, token.lastIndexOf('.') + 1);
        vector(
                "signature-none",
                "BAD_SIGNATURE",
                "alg none",
                TestTokens.signingInput(token().header("none", "testkit-es256"), token().claims()) + ".");
        vector("signature-empty", "BAD_SIGNATURE", "no signature", input);
        vector(
                "signature-zeros",
                "BAD_SIGNATURE",
                "r = s = 0, CVE-2022-21449",
                input + TestTokens.base64Url(new byte[64]));
        vector(
                "signature-of-another-key",
                "BAD_SIGNATURE",
                "another key under the same kid",
                token().sign(TestKeys.es256("testkit-es256")));
        vector(
                "signature-algorithm-not-the-keys",
                "BAD_SIGNATURE",
                "the key fixes the algorithm, RFC 8725 section 3.1",
                token().withHeader("alg", "HS256").sign(es256));
        String ed25519Token = token().sign(ed25519, "EdDSA");
        int signatureStart = ed25519Token.lastIndexOf('.') + 1;
        byte[] signature = Base64.getUrlDecoder().decode(ed25519Token.substring(signatureStart));
        vector(
                "signature-ed25519-with-zeros-appended",
                "BAD_SIGNATURE",
                "an Ed25519 signature has 64 bytes, RFC 8032 section 5.1.6",
                ed25519Token.substring(0, signatureStart) + TestTokens.base64Url(Arrays.copyOf(signature, 66)));
        vector(
                "signature-over-other-claims",
                "BAD_SIGNATURE",
                "the claims were exchanged",
                TestTokens.signingInput(
                                token().header("ES256", "testkit-es256"),
                                token().with("sub", "mallory").claims())
                        + token.substring(token.lastIndexOf('.')));
    }

    private void claims() throws IOException {
        for (String claim : List.of("iss", "sub", "aud", "exp", "iat", "jti", "client_id")) {
            vector(
                    "claim-missing-" + claim.replace('_', '-'),
                    "MISSING_CLAIM",
                    claim + " is required, RFC 9068 section 2.2",
                    token().without(claim).sign(es256));
        }
        vector(
                "claim-subject-empty",
                "MISSING_CLAIM",
                "an empty sub names nobody",
                token().with("sub", "").sign(es256));
        vector(
                "claim-twice",
                "MALFORMED",
                "a claim twice",
                raw(header -> header, claims -> claims.replaceFirst("\\{", "{\"sub\":\"bob\",")));
        vector(
                "claim-expiry-is-string",
                "MALFORMED",
                "exp is a number, RFC 7519 section 4.1.4",
                token().with("exp", "1795438800").sign(es256));
        vector(
                "claim-expiry-beyond-year-9999",
                "MALFORMED",
                "dates are bounded",
                token().with("exp", 253402300800L).sign(es256));
        vector(
                "claim-scope-is-array",
                "MALFORMED",
                "scope is a string, RFC 8693 section 4.2",
                token().with("scope", List.of("sip.register")).sign(es256));
        vector(
                "claim-scope-two-spaces",
                "MALFORMED",
                "one space between two scopes, RFC 6749 section 3.3",
                token().with("scope", "a  b").sign(es256));
        vector(
                "claim-addresses-is-string",
                "MALFORMED",
                "aor is an array",
                token().with("aor", "sip:1001@example.com").sign(es256));
        vector(
                "claim-bound-to-dpop-key",
                "MALFORMED",
                "bound in a way a SIP server cannot check, RFC 9449 section 6.1",
                token().with("cnf", Map.of("jkt", "A".repeat(43))).sign(es256));
        vector(
                "claims-nested-too-deeply",
                "MALFORMED",
                "depth is bounded",
                raw(
                        header -> header,
                        claims -> claims.replaceFirst("\\}$", ",\"x\":" + "[".repeat(20) + "]".repeat(20) + "}")));
        vector(
                "claims-lone-surrogate",
                "MALFORMED",
                "half a character",
                raw(header -> header, claims -> claims.replaceFirst("alice", "\\\\ud83d")));
        vector(
                "claims-text-after",
                "MALFORMED",
                "text after the claims",
                raw(header -> header, claims -> claims + " x"));
        vector(
                "claims-byte-order-mark",
                "MALFORMED",
                "JSON has no byte order mark, RFC 8259 section 8.1",
                raw(header -> header, claims -> "\ufeff" + claims));
    }

    private void meaning() throws IOException {
        vector(
                "issuer-other",
                "WRONG_ISSUER",
                "another issuer",
                token().with("iss", "https://authz.example.net").sign(es256));
        vector(
                "issuer-with-slash",
                "WRONG_ISSUER",
                "compared character by character",
                token().with("iss", TestTokens.ISSUER + "/").sign(es256));
        vector(
                "audience-other",
                "WRONG_AUDIENCE",
                "a token for another registrar",
                token().with("aud", "sip:example.net").sign(es256));
        vector(
                "audience-is-client",
                "WRONG_AUDIENCE",
                "an ID token is for its client",
                token().with("aud", "softphone").sign(es256));
        vector(
                "audience-empty",
                "WRONG_AUDIENCE",
                "a token for nobody",
                token().with("aud", List.of()).sign(es256));
    }

    private void time() throws IOException {
        Instant end = TestTokens.EXPIRES.plusSeconds(30);
        String token = token().sign(es256);
        vector("time-last-moment", "accepted", "a second before exp and the tolerance", end.minusSeconds(1), token);
        vector("time-expired", "EXPIRED", "at exp and the tolerance", end, token);
        vector(
                "time-issued-ahead-of-our-clock",
                "accepted",
                "iat ahead by the tolerance",
                TestTokens.ISSUED.minusSeconds(30),
                token);
        vector(
                "time-issued-in-the-future",
                "NOT_YET_VALID",
                "iat ahead by more than the tolerance",
                TestTokens.ISSUED.minusSeconds(31),
                token);
        Instant notBefore = NOW.plusSeconds(600);
        String later = token().with("nbf", notBefore.getEpochSecond()).sign(es256);
        vector("time-not-before-reached", "accepted", "nbf ahead by the tolerance", notBefore.minusSeconds(30), later);
        vector(
                "time-not-before-ahead",
                "NOT_YET_VALID",
                "nbf ahead by more than the tolerance",
                notBefore.minusSeconds(31),
                later);
    }

    private void malformedStatus() throws IOException {
        String list = TestTokens.STATUS_LIST;
        malformedStatus("is-string", "status is an object", "x");
        malformedStatus("other-mechanism", "what cannot be looked up may be revoked", Map.of("x", Map.of()));
        malformedStatus("no-index", "idx is required", reference(Map.of("uri", list)));
        malformedStatus("index-negative", "idx is not negative", reference(Map.of("idx", -1, "uri", list)));
        malformedStatus("index-fraction", "idx is an integer", reference(Map.of("idx", 1.5, "uri", list)));
        malformedStatus("index-string", "idx is a number", reference(Map.of("idx", "7", "uri", list)));
        malformedStatus("index-huge", "idx has an end", reference(Map.of("idx", 1L << 31, "uri", list)));
        malformedStatus("no-list", "uri is required", reference(Map.of("idx", 7)));
    }

    private void malformedStatus(String name, String why, Object status) throws IOException {
        vector(
                "status-" + name,
                "MALFORMED",
                why + ", draft-ietf-oauth-status-list section 6.2",
                token().with("status", status).sign(es256));
    }

    private static Map<String, Object> reference(Map<String, Object> list) {
        return Map.of("status_list", list);
    }

    private void status() throws IOException {
        String uri = TestTokens.STATUS_LIST;
        Files.writeString(
                folder.resolve("status-list.jwt"),
                TestStatusList.of(uri, TestTokens.ISSUED).revoked(8).sign(es256) + "\n");
        String valid = token().withStatus(uri, 7)
                .with("sid", "s17.AAAAAAAAAAAAAAAAAAAAAA")
                .sign(es256);
        vector("status-not-looked-up", "accepted", "a verifier without status lists", valid);
        statusVector("valid", "accepted", "its status is 0", NOW, NOW, valid);
        statusVector(
                "revoked",
                "REVOKED",
                "its status is 1",
                NOW,
                NOW,
                token().withStatus(uri, 8).sign(es256));
        statusVector("none", "accepted", "status is optional", NOW, NOW, token().sign(es256));
        Instant end = TestTokens.ISSUED.plusSeconds(86_400);
        statusVector("last-moment", "accepted", "a second before exp of the list", end.minusSeconds(1), NOW, late(7));
        statusVector("too-old", "STATUS_TOO_OLD", "at exp of the list", end, NOW, late(7));
        statusVector("revoked-long-ago", "REVOKED", "a revocation does not grow old", end, NOW, late(8));
        statusVector(
                "index-beyond",
                "STATUS_TOO_OLD",
                "the list says nothing of it, draft-ietf-oauth-status-list section 8.3",
                NOW,
                NOW,
                token().withStatus(uri, 1024).sign(es256));
        String elsewhere = token().withStatus(uri + "0", 8).sign(es256);
        Instant shown = TestTokens.ISSUED.plusSeconds(30 + 10);
        statusVector(
                "list-missing",
                "STATUS_TOO_OLD",
                "read 10 seconds and the tolerance after iat, without its list",
                NOW,
                shown,
                elsewhere);
        statusVector("list-new", "accepted", "its list may be newer", NOW, shown.minusSeconds(1), elsewhere);
    }

    /** Issued when the list was about to expire. */
    private String late(int index) {
        long issued = TestTokens.ISSUED.getEpochSecond() + 86_000;
        return token().withStatus(TestTokens.STATUS_LIST, index)
                .with("iat", issued)
                .with("exp", issued + 3600)
                .sign(es256);
    }

    private void statusVector(String name, String expect, String why, Instant now, Instant read, String token)
            throws IOException {
        String list = "status-list: status-list.jwt\nstatus-list-read: " + read + "\n";
        write("status-" + name, expect, why, now, list, token);
    }

    private void nested() throws IOException {
        Files.writeString(
                folder.resolve("decryption-keys.json"),
                TestKeys.decryptionKeys(a256gcm, TestKeys.a256gcm("testkit-next")) + "\n");
        String signed = token().sign(es256);
        String token = TestTokens.encrypt(signed, a256gcm);
        nested("genuine", "accepted", "signed, then encrypted, RFC 7519 section 5.2", token);
        nested(
                "genuine-content-type",
                "accepted",
                "cty is a media type and not case-sensitive, RFC 7515 section 4.1.10",
                sealed(encryptionHeader().replace("JWT", "application/AT+JWT"), signed));
        vector("refused-without-keys", "MALFORMED", "a verifier that has no decryption keys", token);
        nested("signed-alone", "NOT_DECRYPTED", "everybody could have read it, RFC 9068 section 4", signed);
        nested(
                "altered-tag",
                "NOT_DECRYPTED",
                "the tag is of another text",
                token.substring(0, token.lastIndexOf('.') + 1) + TestTokens.base64Url(new byte[16]));
        nested(
                "altered-header",
                "NOT_DECRYPTED",
                "the header is authenticated as it is spelled, RFC 7516 section 5.2",
                TestTokens.base64Url((encryptionHeader() + " ").getBytes(StandardCharsets.US_ASCII))
                        + token.substring(token.indexOf('.')));
        nested(
                "other-key",
                "NOT_DECRYPTED",
                "another key under the same kid",
                TestTokens.encrypt(signed, TestKeys.a256gcm("testkit-a256gcm")));
        nested(
                "other-algorithm",
                "NOT_DECRYPTED",
                "the key fixes alg",
                sealed(encryptionHeader().replace("dir", "A256GCMKW"), signed));
        nested(
                "other-encryption",
                "NOT_DECRYPTED",
                "the key fixes enc",
                sealed(encryptionHeader().replace("A256GCM", "A128GCM"), signed));
        nested(
                "key-id-unknown",
                "UNKNOWN_KEY",
                "no such decryption key",
                TestTokens.encrypt(signed, TestKeys.a256gcm("testkit-stranger")));
        nested(
                "no-content-type",
                "WRONG_TYPE",
                "cty is required, RFC 7519 section 5.2",
                sealed(encryptionHeader().replace("\"cty\":\"JWT\",", ""), signed));
        nested(
                "compressed",
                "MALFORMED",
                "nothing is decompressed, RFC 8725 section 3.6",
                sealed(encryptionHeader().replace("{", "{\"zip\":\"DEF\","), signed));
        nested(
                "encrypted-key",
                "MALFORMED",
                "dir has no encrypted key, RFC 7518 section 4.5",
                token.replace("..", ".AAAA."));
        nested(
                "short-tag",
                "MALFORMED",
                "the tag has 128 bits, RFC 7518 section 5.3",
                TestTokens.encryptRaw(encryptionHeader(), signed, a256gcm, 12, 12));
        nested(
                "long-iv",
                "MALFORMED",
                "the initialization vector has 96 bits, RFC 7518 section 5.3",
                TestTokens.encryptRaw(encryptionHeader(), signed, a256gcm, 16, 16));
        nested("twice", "MALFORMED", "one inside the other once only", TestTokens.encrypt(token, a256gcm));
        nested(
                "forged-inside",
                "BAD_SIGNATURE",
                "who has the decryption key still cannot sign",
                TestTokens.encrypt(token().sign(TestKeys.es256("testkit-es256")), a256gcm));
        nested(
                "other-type-inside",
                "WRONG_TYPE",
                "an ID token inside",
                TestTokens.encrypt(token().withHeader("typ", "JWT").sign(es256), a256gcm));
    }

    private String encryptionHeader() {
        return TestTokens.encryptionHeader("testkit-a256gcm");
    }

    private String sealed(String header, String signed) {
        return TestTokens.encryptRaw(header, signed, a256gcm, 12, 16);
    }

    private void nested(String name, String expect, String why, String token) throws IOException {
        write(name, expect, why, NOW, "decryption-keys: decryption-keys.json\n", token);
    }

    private static TestTokens token() {
        return TestTokens.valid();
    }

    private String raw(UnaryOperator<String> header, UnaryOperator<String> claims) {
        return TestTokens.signRaw(
                header.apply(token().header("ES256", "testkit-es256")), claims.apply(token().claims()), es256);
    }

    private void vector(String name, String expect, String why, String token) throws IOException {
        vector(name, expect, why, NOW, token);
    }

    private void vector(String name, String expect, String why, Instant now, String token) throws IOException {
        write(name, expect, why, now, "", token);
    }

    private void write(String name, String expect, String why, Instant now, String more, String token)
            throws IOException {
        String text = "expect: " + expect + "\nnow: " + now + "\nkeys: keys.json\n" + more + "why: " + why + "\n\n"
                + token + "\n";
        Files.writeString(folder.resolve(name + ".token"), text);
    }

    private void removeOld() throws IOException {
        try (DirectoryStream<Path> old = Files.newDirectoryStream(folder, "*.token")) {
            for (Path file : old) {
                Files.delete(file);
            }
        }
    }
}
