package org.sipoauth.benchmarks.verification;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.sipoauth.verifier.Expectations;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.Verdict;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.keys.VerificationKey;

/**
 * One thread verifies {@value #TOKENS} distinct tokens by turns. Sampled, so that the median stands also on a machine that is
 * doing something else.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 4)
@Measurement(iterations = 5, time = 4)
public class VerificationBenchmark {
    private static final int TOKENS = 1000;
    private static final String ISSUER = "https://authz.example.com";
    private static final String AUDIENCE = "sip:registrar.example.com";

    @Param({"ES256", "Ed25519"})
    public String algorithm = "";

    @Param({"tables", "jdk", "corretto"})
    public String by = "";

    private final String[] tokens = new String[TOKENS];
    private final byte[][] inputs = new byte[TOKENS][];
    private final byte[][] signatures = new byte[TOKENS][];
    private KeySource keys;
    private VerificationKey key;
    private TokenVerifier verifier;
    private int next;

    @Setup
    public void mint() throws GeneralSecurityException, InterruptedException {
        System.setProperty("org.sipoauth.verifier.tables", String.valueOf(by.equals("tables")));
        if (by.equals("corretto")) {
            AmazonCorrettoCryptoProvider.install();
            AmazonCorrettoCryptoProvider.INSTANCE.assertHealthy();
        }
        boolean es256 = algorithm.equals("ES256");
        KeyPairGenerator generator = KeyPairGenerator.getInstance(es256 ? "EC" : "Ed25519");
        if (es256) {
            generator.initialize(new ECGenParameterSpec("secp256r1"));
        }
        KeyPair pair = generator.generateKeyPair();
        Signature signer = Signature.getInstance(es256 ? "SHA256withECDSAinP1363Format" : "Ed25519");
        for (int i = 0; i < TOKENS; i++) {
            String input = signingInput(i);
            inputs[i] = input.getBytes(StandardCharsets.US_ASCII);
            signer.initSign(pair.getPrivate());
            signer.update(inputs[i]);
            signatures[i] = signer.sign();
            tokens[i] = input + "." + base64url(signatures[i]);
        }
        keys = KeySource.fixed("{\"keys\":[" + (es256 ? ec(pair) : okp(pair)) + "]}");
        key = keys.current().find("k").orElseThrow();
        verifier = TokenVerifier.builder(new Expectations(ISSUER, AUDIENCE, Duration.ZERO), keys)
                .knownTokens(0) // each anew
                .build();
        awaitTables();
        if (!(verifier.verify(tokens[0]) instanceof Verdict.Accepted)) {
            throw new IllegalStateException("token refused: " + verifier.verify(tokens[0]));
        }
    }

    @TearDown
    public void close() throws Exception {
        keys.close();
    }

    /** The signature alone. */
    @Benchmark
    public boolean signature() {
        int i = next++ % TOKENS;
        if (!key.verifies(inputs[i], signatures[i])) {
            throw new IllegalStateException("refused");
        }
        return true;
    }

    /** Every check, from the compact form on. */
    @Benchmark
    public Verdict token() {
        Verdict verdict = verifier.verify(tokens[next++ % TOKENS]);
        if (!(verdict instanceof Verdict.Accepted)) {
            throw new IllegalStateException("refused: " + verdict);
        }
        return verdict;
    }

    /** The thread that builds them ends with the last one. */
    private static void awaitTables() throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("sipoauth-keys-fixed")) {
                thread.join();
            }
        }
    }

    private String signingInput(int i) {
        String header = "{\"alg\":\"" + algorithm + "\",\"kid\":\"k\",\"typ\":\"at+jwt\"}";
        long now = Instant.now().getEpochSecond();
        String claims = "{\"iss\":\"" + ISSUER + "\",\"sub\":\"user" + i + "@example.com\",\"aud\":\"" + AUDIENCE
                + "\",\"exp\":" + (now + 3600) + ",\"iat\":" + now + ",\"jti\":\"" + "0123456789abcdef" + i
                + "\",\"client_id\":\"desk-phone\",\"scope\":\"sip.register\",\"device_name\":\"SEP00112233" + i
                + "\",\"aor\":[\"sip:user" + i + "@example.com\",\"sip:+4930123" + i + "@example.com\"]}";
        return base64url(header.getBytes(StandardCharsets.UTF_8)) + "."
                + base64url(claims.getBytes(StandardCharsets.UTF_8));
    }

    private static String ec(KeyPair pair) {
        ECPublicKey key = (ECPublicKey) pair.getPublic();
        return "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"k\",\"x\":\""
                + base64url(fixed(key.getW().getAffineX().toByteArray()))
                + "\",\"y\":\"" + base64url(fixed(key.getW().getAffineY().toByteArray())) + "\"}";
    }

    /** The key is the last 32 bytes of its X.509 form (RFC 8410 §4). */
    private static String okp(KeyPair pair) {
        byte[] encoded = pair.getPublic().getEncoded();
        byte[] point = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
        return "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"k\",\"x\":\"" + base64url(point) + "\"}";
    }

    /** 32 bytes of a positive number. */
    private static byte[] fixed(byte[] number) {
        byte[] bytes = new byte[32];
        int length = Math.min(32, number.length);
        System.arraycopy(number, number.length - length, bytes, 32 - length, length);
        return bytes;
    }

    private static String base64url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
