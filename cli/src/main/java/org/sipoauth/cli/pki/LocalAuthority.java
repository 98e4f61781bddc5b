package org.sipoauth.cli.pki;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority for one development machine: EC P-256 throughout, a profile after RFC 5280 §4. */
final class LocalAuthority {
    /** A certificate and the private key that goes with it. */
    record Issued(X509CertificateHolder certificate, KeyPair keys) {}

    /** Certificates start a little before their making, for machines whose clocks are a little behind. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);

    private final Issued root;
    private final Instant notBefore;
    private final Instant notAfter;

    private LocalAuthority(Issued root, Instant notBefore, Instant notAfter) {
        this.root = root;
        this.notBefore = notBefore;
        this.notAfter = notAfter;
    }

    static LocalAuthority create(String name, Instant now, Duration validity) {
        Instant notBefore = now.minus(CLOCK_TOLERANCE);
        Instant notAfter = now.plus(validity);
        KeyPair keys = newKeys();
        X500Name subject = commonName(name);
        try {
            X509v3CertificateBuilder certificate = certificate(subject, subject, keys.getPublic(), notBefore, notAfter)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
            return new LocalAuthority(new Issued(sign(certificate, keys), keys), notBefore, notAfter);
        } catch (GeneralSecurityException | CertIOException broken) {
            throw new IllegalStateException("this Java cannot make an EC P-256 certificate", broken);
        }
    }

    Issued root() {
        return root;
    }

    /** @param alternativeNames may be empty: the certificate then names its holder by common name alone */
    Issued issue(String commonName, List<GeneralName> alternativeNames, KeyPurposeId... purposes) {
        KeyPair keys = newKeys();
        try {
            JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
            X509v3CertificateBuilder certificate = certificate(
                            root.certificate().getSubject(),
                            commonName(commonName),
                            keys.getPublic(),
                            notBefore,
                            notAfter)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            identifiers.createSubjectKeyIdentifier(keys.getPublic()))
                    .addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            identifiers.createAuthorityKeyIdentifier(root.certificate()));
            if (!alternativeNames.isEmpty()) {
                GeneralNames names = new GeneralNames(alternativeNames.toArray(GeneralName[]::new));
                certificate.addExtension(Extension.subjectAlternativeName, false, names);
            }
            return new Issued(sign(certificate, root.keys()), keys);
        } catch (GeneralSecurityException | CertIOException broken) {
            throw new IllegalStateException("this Java cannot make an EC P-256 certificate", broken);
        }
    }

    private static X509v3CertificateBuilder certificate(
            X500Name issuer, X500Name subject, PublicKey key, Instant notBefore, Instant notAfter) {
        BigInteger serial = new BigInteger(127, new SecureRandom()).setBit(126); // positive, at most 20 octets
        return new JcaX509v3CertificateBuilder(issuer, serial, Date.from(notBefore), Date.from(notAfter), subject, key);
    }

    private static X509CertificateHolder sign(X509v3CertificateBuilder certificate, KeyPair signer) {
        try {
            return certificate.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate()));
        } catch (OperatorCreationException broken) {
            throw new IllegalStateException("this Java cannot sign with EC P-256", broken);
        }
    }

    private static X500Name commonName(String name) {
        return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, name).build();
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("this Java has no EC P-256", broken);
        }
    }
}
