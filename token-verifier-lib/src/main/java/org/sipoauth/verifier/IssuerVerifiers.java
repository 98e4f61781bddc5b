package org.sipoauth.verifier;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.sipoauth.verifier.internal.Jwe;
import org.sipoauth.verifier.internal.Jws;
import org.sipoauth.verifier.internal.KnownHeaders;
import org.sipoauth.verifier.internal.MalformedException;

/**
 * Verifies access tokens of several issuers: clusters, or a site for disaster recovery. Each has a {@link TokenVerifier} with
 * its own keys, audience and status lists; a token goes to the one whose issuer it claims ({@code iss}, compared character by
 * character). The claim is read before the signature is checked and trusted for nothing else: that verifier then checks all
 * of the token, with its own keys alone (RFC 8725 §3.8). Thread-safe; verifying does no I/O and takes no lock.
 *
 * <p>Each verdict is counted by the verifier that gave it. Those on tokens that go to none (malformed, of an unknown issuer, of an
 * unknown decryption key) are counted by none: see what {@link #verify} returns.
 */
public final class IssuerVerifiers {
    private final TokenVerifier[] verifiers;
    private final Map<String, TokenVerifier> byIssuer = new HashMap<>();
    private final KnownHeaders none = new KnownHeaders();

    private IssuerVerifiers(TokenVerifier[] verifiers) {
        this.verifiers = verifiers;
        for (TokenVerifier verifier : verifiers) {
            if (byIssuer.put(verifier.issuer(), verifier) != null) {
                throw new IllegalArgumentException("two verifiers for issuer " + verifier.issuer());
            }
        }
        if (verifiers.length == 0) {
            throw new IllegalArgumentException("no verifier");
        }
    }

    /**
     * @param verifiers asked in this order for the tokens that they know
     * @throws IllegalArgumentException if there are none, or two for the same issuer
     */
    public static IssuerVerifiers of(TokenVerifier... verifiers) {
        return new IssuerVerifiers(verifiers.clone());
    }

    /**
     * Verifies a token as the verifier of its issuer does; see {@link TokenVerifier#verify}.
     *
     * @return of a token that claims an issuer that is none of these, {@link Reason#WRONG_ISSUER}
     * @throws NullPointerException if {@code compact} is null; nothing in a token makes this method throw
     */
    public Verdict verify(String compact) {
        Objects.requireNonNull(compact);
        for (TokenVerifier verifier : verifiers) {
            Verdict known = verifier.verifyKnown(compact);
            if (known != null) {
                return known;
            }
        }
        try {
            Jws.requireLength(compact, TokenVerifier.MAX_LENGTH);
            String issuer = Claims.issuerOf(Jws.parse(signed(compact), none).payload());
            TokenVerifier verifier = byIssuer.get(issuer);
            if (verifier == null) {
                throw new Refusal(Reason.WRONG_ISSUER, "iss " + Refusal.quoted(issuer));
            }
            return verifier.verify(compact);
        } catch (MalformedException malformed) {
            return Refusal.of(malformed).verdict();
        } catch (Refusal refusal) {
            return refusal.verdict();
        }
    }

    /** What an encrypted token holds: by whoever has its key, which decides nothing either. */
    private String signed(String compact) throws MalformedException, Refusal {
        boolean decrypts = false;
        for (TokenVerifier verifier : verifiers) {
            decrypts |= verifier.decrypts();
        }
        if (Jws.countParts(compact) != 5 || !decrypts) {
            return compact;
        }
        String keyId = Jwe.parse(compact, none).header().keyId();
        boolean known = false;
        for (TokenVerifier verifier : verifiers) {
            known |= verifier.hasDecryptionKey(keyId);
        }
        Refusal refusal = null;
        for (TokenVerifier verifier : verifiers) {
            if (known ? verifier.hasDecryptionKey(keyId) : verifier.decrypts()) {
                try {
                    return verifier.open(compact).jws;
                } catch (Refusal refused) {
                    refusal = refused;
                }
            }
        }
        throw Objects.requireNonNull(refusal);
    }
}
