package org.sipoauth.verifier.keys;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EllipticCurve;
import org.sipoauth.verifier.internal.MalformedException;

/** The curve P-256 of FIPS 186-4 D.1.2.3. */
final class P256 {
    private P256() {}

    /** The JDK builds a key from any two numbers; a point off the curve would only fail later, at every token. */
    static ECPublicKeySpec publicKey(BigInteger x, BigInteger y) throws MalformedException, GeneralSecurityException {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec("secp256r1"));
        ECParameterSpec p256 = parameters.getParameterSpec(ECParameterSpec.class);
        EllipticCurve curve = p256.getCurve();
        BigInteger p = ((ECFieldFp) curve.getField()).getP();
        BigInteger right = x.pow(3).add(curve.getA().multiply(x)).add(curve.getB());
        boolean onCurve = y.multiply(y).subtract(right).mod(p).signum() == 0;
        if (x.compareTo(p) >= 0 || y.compareTo(p) >= 0 || !onCurve) {
            throw new MalformedException("point not on P-256");
        }
        return new ECPublicKeySpec(new ECPoint(x, y), p256);
    }
}
