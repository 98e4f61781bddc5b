/**
 * Signature verification with precomputed multiples of the base point <em>and</em> of the key: pure Java, and faster than
 * native code without them, because an issuer's keys are few and known long before its tokens come.
 *
 * <p><b>The idea.</b> To verify is to compute a sum u1 G + u2 Q of multiples of the base point G and the public key Q.
 * Without tables this takes some 256 doublings and 100 additions. Write u = d0 + d1 256 + … + d31 256^31 with signed
 * digits of magnitude up to 128 ({@link SignedBytes}), and keep j 256^i P for j from 1 to 128 and every i: then u P is the sum of 32
 * of those, and no point is ever doubled (fixed-base windowing: Brickell, Gordon, McCurley, Wilson 1992; Hankerson, Menezes,
 * Vanstone, "Guide to Elliptic Curve Cryptography", 3.3.2). So a verification is 64 additions.
 *
 * <p><b>P-256</b> ({@link P256Field}, {@link P256Sum}, {@link P256Table}): 10 multiplications an addition, no inversion of a
 * field element at all, as {@code r} is compared in projective form. The addition formula does not hold for two equal or
 * opposite points, and does not need to look: such a case leaves zeros that no later addition removes, and one
 * look at the end finds them. The table then answers {@code UNDECIDED}, and the JDK decides. That is
 * right because zeros at the end are the only trace, and there always; see {@link P256Sum}. It gives an attacker
 * nothing: within the multiples of one point no two partial sums meet, as digits are unique; so a meeting is an equation
 * u Q = v G with u, v known, from which the private key follows. Only its owner can ask for it, and pays with
 * the price that every signature had before there were tables.
 *
 * <p><b>Ed25519</b> ({@link Ed25519Field}, {@link Ed25519Sum}, {@link Ed25519Table}): 7 multiplications an addition, by a formula without
 * exceptions, and one inversion at the end for the encoding that is compared with R.
 *
 * <p><b>Memory.</b> One verification has some twenty small arrays of its own, about a kilobyte, which the next steps write over, and
 * makes no {@link java.math.BigInteger}: factors, too, are limbs all the way ({@link Modulus}, {@link Bits}). Building tables may take what it likes.
 *
 * <p><b>Time.</b> Indexes, branches and the inverse depend on the input. That is deliberate: signature, message and public
 * key are all public, so there is nothing for time to tell. <b>Never use this for anything secret</b>, such as signing.
 *
 * <p><b>Why it may be trusted.</b> Field arithmetic, point arithmetic and every entry of a table are tested against plain
 * {@link java.math.BigInteger} arithmetic; verdicts against the JDK, BouncyCastle and Amazon Corretto.
 */
package org.sipoauth.verifier.tables;
