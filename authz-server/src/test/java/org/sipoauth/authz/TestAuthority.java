package org.sipoauth.authz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A manufacturer's certificate authority, made for one test. */
public final class TestAuthority {
    private final Identity identity;
    private final List<X509Certificate> chain;

    private TestAuthority(Identity identity, List<X509Certificate> chain) {
        this.identity = identity;
        this.chain = chain;
    }

    /** Somebody with a private key, and what TLS shows of them. */
    public record Identity(KeyPair keys, List<X509Certificate> chain) {
        public X509Certificate certificate() {
            return chain.get(0);
        }

        /** Shows this certificate, and trusts the server's. */
        public SSLContext trusting(TestCertificate server) {
            try {
                KeyStore own = KeyStore.getInstance("PKCS12");
                own.load(null, null);
                own.setKeyEntry("phone", keys.getPrivate(), new char[0], chain.toArray(X509Certificate[]::new));
                KeyManagerFactory key = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                key.init(own, new char[0]);
                KeyStore trusted = KeyStore.getInstance("PKCS12");
                trusted.load(null, null);
                trusted.setCertificateEntry("server", server.certificate());
                TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                trust.init(trusted);
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(key.getKeyManagers(), trust.getTrustManagers(), null);
                return context;
            } catch (GeneralSecurityException | IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /**
     * What a certificate is like; the usual one is a phone's.
     *
     * @param revocationList where it says that the list is which may name it
     */
    public record Profile(Instant from, Instant until, KeyPurposeId purpose, Optional<URI> revocationList) {
        public static Profile usual() {
            Instant now = Instant.now();
            return new Profile(
                    now.minus(Duration.ofMinutes(5)),
                    now.plus(Duration.ofDays(1)),
                    KeyPurposeId.id_kp_clientAuth,
                    Optional.empty());
        }

        public Profile with(KeyPurposeId other) {
            return new Profile(from, until, other, revocationList);
        }

        public Profile until(Instant end) {
            return new Profile(from, end, purpose, revocationList);
        }

        public Profile revocationListAt(URI address) {
            return new Profile(from, until, purpose, Optional.of(address));
        }
    }

    public static TestAuthority create(String name) {
        KeyPair keys = newKeys();
        X509Certificate root = certificate("CN=" + name, keys, "CN=" + name, keys, Profile.usual(), true);
        return new TestAuthority(new Identity(keys, List.of(root)), List.of());
    }

    /** An authority below this one; what it issues comes with its certificate. */
    public TestAuthority subordinate(String name) {
        KeyPair keys = newKeys();
        X509Certificate certificate =
                certificate(subject(), identity.keys(), "CN=" + name, keys, Profile.usual(), true);
        return new TestAuthority(new Identity(keys, List.of(certificate)), List.of(certificate));
    }

    public Identity issue(String subject) {
        return issue(subject, Profile.usual());
    }

    public Identity issue(String subject, Profile profile) {
        KeyPair keys = newKeys();
        List<X509Certificate> shown = new ArrayList<>();
        shown.add(certificate(subject(), identity.keys(), subject, keys, profile, false));
        shown.addAll(chain);
        return new Identity(keys, shown);
    }

    /** One that signed itself. */
    public static Identity selfSigned(String subject) {
        KeyPair keys = newKeys();
        return new Identity(keys, List.of(certificate(subject, keys, subject, keys, Profile.usual(), false)));
    }

    /** Whoever holds the authority's own key. */
    public Identity itself() {
        return identity;
    }

    public Path writeTo(Path file) {
        return write(identity, file);
    }

    /** Somebody's certificate. */
    public static Path write(Identity identity, Path file) {
        try {
            return Files.writeString(
                    file, pem("CERTIFICATE", identity.certificate().getEncoded()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Its revocation list, in force from the first instant to the last. */
    public String revocationList(Instant from, Instant until, X509Certificate... revoked) {
        try {
            X509v2CRLBuilder builder = new X509v2CRLBuilder(new X500Name(subject()), Date.from(from));
            builder.setNextUpdate(Date.from(until));
            for (X509Certificate certificate : revoked) {
                builder.addCRLEntry(certificate.getSerialNumber(), Date.from(from), CRLReason.keyCompromise);
            }
            return pem(
                    "X509 CRL",
                    builder.build(new JcaContentSignerBuilder("SHA256withECDSA")
                                    .build(identity.keys().getPrivate()))
                            .getEncoded());
        } catch (OperatorCreationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(String what, byte[] encoded) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded)
                + "\n-----END " + what + "-----\n";
    }

    private String subject() {
        return identity.certificate().getSubjectX500Principal().getName();
    }

    private static X509Certificate certificate(
            String issuer, KeyPair issuerKeys, String subject, KeyPair keys, Profile profile, boolean authority) {
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    new X500Name(issuer),
                    new BigInteger(64, new SecureRandom()),
                    Date.from(profile.from()),
                    Date.from(profile.until()),
                    new X500Name(subject),
                    keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (!authority) {
                builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(profile.purpose()));
            }
            if (profile.revocationList().isPresent()) {
                GeneralName address = new GeneralName(
                        GeneralName.uniformResourceIdentifier,
                        profile.revocationList().get().toString());
                DistributionPoint point =
                        new DistributionPoint(new DistributionPointName(new GeneralNames(address)), null, null);
                builder.addExtension(
                        Extension.cRLDistributionPoints, false, new CRLDistPoint(new DistributionPoint[] {point}));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(
                            new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKeys.getPrivate())));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
