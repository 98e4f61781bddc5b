package org.sipoauth.verifier.keys;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.KeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sipoauth.verifier.internal.CanonicalBase64Url;
import org.sipoauth.verifier.internal.JsonReader;
import org.sipoauth.verifier.internal.MalformedException;

/** One JWK (RFC 7517 §4) as read: its members of type string, and which of the others it has. */
record Jwk(Map<String, String> strings, Set<String> names, Set<String> keyOperations) {
    /** Private members of key types that have a public half: RFC 7518 §6.2.2 and §6.3.2, RFC 8037 §2. */
    private static final Set<String> PRIVATE_MEMBERS = Set.of("d", "p", "q", "dp", "dq", "qi", "oth");

    private static final int MIN_RSA_BITS = 2048; // RFC 7518 §3.3
    private static final int MAX_RSA_BITS = 8192;
    private static final int MAX_RSA_EXPONENT_BITS = 32;

    static Jwk read(JsonReader json) throws MalformedException {
        Map<String, String> strings = new HashMap<>();
        Set<String> names = new HashSet<>();
        Set<String> keyOperations = new HashSet<>();
        json.beginObject();
        while (json.hasNext()) {
            String name = json.name();
            names.add(name);
            if (name.equals("key_ops")) {
                keyOperations.addAll(json.strings());
            } else if (json.isStringNext()) {
                strings.put(name, json.string());
            } else {
                json.skipValue();
            }
        }
        return new Jwk(strings, names, keyOperations);
    }

    boolean isPrivate() {
        return names.stream().anyMatch(PRIVATE_MEMBERS::contains);
    }

    /** Empty where this key cannot verify our tokens, whatever the cause: RFC 7517 §5 asks to pass over such keys. */
    Optional<VerificationKey> toVerificationKey() {
        if (keyId().isEmpty() || !allowsUse("sig") || !allowsOperation("verify")) {
            return Optional.empty();
        }
        try {
            return switch (text("kty")) {
                case "EC" -> key(SignatureAlgorithm.ES256, "EC", p256());
                case "RSA" -> key(SignatureAlgorithm.RS256, "RSA", rsa());
                case "OKP" -> key(SignatureAlgorithm.ED25519, "Ed25519", ed25519());
                default -> Optional.empty();
            };
        } catch (MalformedException | GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    /** Empty where this key cannot decrypt our tokens; RFC 7518 §6.4, and §4.5 with §5.3 for what it must be. */
    Optional<DecryptionKey> toDecryptionKey() {
        boolean fits = !keyId().isEmpty()
                && text("kty").equals("oct")
                && allowsUse("enc")
                && allowsOperation("decrypt")
                && (!names.contains("alg")
                        || text("alg").equals("dir")
                        || text("alg").equals("A256GCM"));
        try {
            return fits ? Optional.of(new DecryptionKey(keyId(), bytes("k", DecryptionKey.BYTES))) : Optional.empty();
        } catch (MalformedException e) {
            return Optional.empty();
        }
    }

    String keyId() {
        return text("kid");
    }

    /** Its key id: never a member, of which one may be a secret. */
    @Override
    public String toString() {
        return "JWK " + keyId();
    }

    private Optional<VerificationKey> key(SignatureAlgorithm algorithm, String keyType, KeySpec spec)
            throws GeneralSecurityException {
        if (names.contains("alg") && !algorithm.isNamed(text("alg"))) {
            return Optional.empty();
        }
        PublicKey key = KeyFactory.getInstance(keyType).generatePublic(spec);
        return Optional.of(new VerificationKey(keyId(), algorithm, key));
    }

    private boolean allowsUse(String use) {
        return !names.contains("use") || text("use").equals(use);
    }

    private boolean allowsOperation(String operation) {
        return !names.contains("key_ops") || keyOperations.contains(operation);
    }

    private KeySpec p256() throws MalformedException, GeneralSecurityException {
        requireCurve("P-256");
        return P256.publicKey(new BigInteger(1, bytes("x", 32)), new BigInteger(1, bytes("y", 32)));
    }

    private KeySpec rsa() throws MalformedException {
        BigInteger modulus = new BigInteger(1, CanonicalBase64Url.decode(text("n")));
        BigInteger exponent = new BigInteger(1, CanonicalBase64Url.decode(text("e")));
        boolean modulusFits = modulus.bitLength() >= MIN_RSA_BITS && modulus.bitLength() <= MAX_RSA_BITS;
        boolean exponentFits = exponent.compareTo(BigInteger.TWO) > 0
                && exponent.testBit(0)
                && exponent.bitLength() <= MAX_RSA_EXPONENT_BITS;
        if (!modulusFits || !exponentFits || !modulus.testBit(0)) {
            throw new MalformedException("RSA key out of range");
        }
        return new RSAPublicKeySpec(modulus, exponent);
    }

    private KeySpec ed25519() throws MalformedException {
        requireCurve("Ed25519");
        byte[] encoded = bytes("x", 32);
        reverse(encoded); // RFC 8032 §5.1.2: y little-endian, the lowest bit of x in its top bit
        boolean xOdd = encoded[0] < 0;
        encoded[0] &= 0x7F;
        EdECPoint point = new EdECPoint(xOdd, new BigInteger(1, encoded));
        Ed25519.requireOnCurve(point);
        return new EdECPublicKeySpec(NamedParameterSpec.ED25519, point);
    }

    private void requireCurve(String curve) throws MalformedException {
        if (!text("crv").equals(curve)) {
            throw new MalformedException("another curve");
        }
    }

    private byte[] bytes(String name, int length) throws MalformedException {
        byte[] bytes = CanonicalBase64Url.decode(text(name));
        if (bytes.length != length) {
            throw new MalformedException("key member of another length");
        }
        return bytes;
    }

    /** Empty where the member is absent or no string: no member may be empty, so neither passes for a value. */
    private String text(String name) {
        return strings.getOrDefault(name, "");
    }

    private static void reverse(byte[] bytes) {
        for (int i = 0, j = bytes.length - 1; i < j; i++, j--) {
            byte b = bytes[i];
            bytes[i] = bytes[j];
            bytes[j] = b;
        }
    }
}
