package org.sipoauth.authz.manufacturer;

import java.security.GeneralSecurityException;
import java.security.cert.CRL;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.PKIXParameters;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;
import org.sipoauth.authz.certificate.CertificatePaths;
import org.sipoauth.authz.token.Confirmation;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;

/**
 * Judges the certificates that phones show: by their manufacturer's authorities alone, whatever else this Java trusts, at
 * the time of our clock (RFC 5280 §6). Asks nobody: a certificate is taken back by its serial number in a file, or by a
 * revocation list in another.
 */
public final class PhoneCertificates {
    private final List<Manufacturer> manufacturers;
    private final Clock clock;

    PhoneCertificates(List<Manufacturer> manufacturers, Clock clock) {
        this.manufacturers = List.copyOf(manufacturers);
        this.clock = clock;
    }

    /** Takes none. */
    public static PhoneCertificates ofNobody(Clock clock) {
        return new PhoneCertificates(List.of(), clock);
    }

    /** What is to be thought of what a phone has shown. */
    public sealed interface Judgement {
        /** It showed no certificate. */
        record NotShown() implements Judgement {}

        /** @param why for the operator */
        record NotTaken(String why) implements Judgement {}

        /**
         * Whether it was taken back cannot be told: there is no revocation list in force. Who could keep the next list from us
         * could keep a revoked phone in use, so it is not taken; but that is our trouble, not the phone's.
         *
         * @param why for the operator
         */
        record Undecided(String why) implements Judgement {}

        record Taken(PhoneCertificate certificate) implements Judgement {}
    }

    /** The certificate of a public client, taken or not. */
    public static Optional<X509Certificate> shownBy(OAuth2ClientAuthenticationToken caller) {
        X509Certificate[] chain = chain(caller);
        return chain.length == 0 ? Optional.empty() : Optional.of(chain[0]);
    }

    public Judgement judge(OAuth2ClientAuthenticationToken caller) {
        X509Certificate[] chain = chain(caller);
        return chain.length == 0 ? new Judgement.NotShown() : judge(chain);
    }

    Judgement judge(X509Certificate... chain) {
        if (chain.length > CertificatePaths.LONGEST_CHAIN) {
            return new Judgement.NotTaken(
                    "it came with " + chain.length + " certificates, more than " + CertificatePaths.LONGEST_CHAIN);
        }
        X509Certificate certificate = chain[0];
        String why = CertificatePaths.unfitness(certificate);
        if (why != null) {
            return new Judgement.NotTaken(why);
        }
        List<String> objections = new ArrayList<>();
        for (Manufacturer manufacturer : manufacturers) {
            PKIXCertPathBuilderResult path;
            try {
                path = CertificatePaths.path(chain, manufacturer.authorities(), clock.instant());
            } catch (CertPathBuilderException none) {
                objections.add(manufacturer.name() + ": " + inWords(none));
                continue;
            }
            if (manufacturer.refuses(certificate.getSerialNumber())) {
                return new Judgement.NotTaken(manufacturer.name() + " has it among the refused serial numbers");
            }
            Optional<Judgement> objection =
                    manufacturer.revocationLists().flatMap(lists -> objection(path, lists, manufacturer.name()));
            if (objection.isPresent()) {
                return objection.get();
            }
            Optional<String> device = commonName(certificate).flatMap(manufacturer::deviceOf);
            if (device.isPresent()) {
                return new Judgement.Taken(new PhoneCertificate(
                        manufacturer.name(),
                        device.get(),
                        Confirmation.ofCertificate(certificate),
                        manufacturer.ways()));
            }
            objections.add(
                    manufacturer.name() + ": its subject names no device, " + certificate.getSubjectX500Principal());
        }
        return new Judgement.NotTaken(
                objections.isEmpty() ? "there are no manufacturers" : String.join("; ", objections));
    }

    /** Empty if it is certain that everything in the path still holds (RFC 5280 §6.3). */
    private Optional<Judgement> objection(PKIXCertPathBuilderResult path, List<CRL> lists, String manufacturer) {
        try {
            PKIXParameters parameters = new PKIXParameters(Set.of(path.getTrustAnchor()));
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(lists)));
            // Without a PKIXRevocationChecker: one that is made here fetches lists from where the certificate says,
            // whatever
            // its options. Java's usual one asks nobody unless ocsp.enable or com.sun.security.enableCRLDP tells it to.
            parameters.setRevocationEnabled(true);
            parameters.setDate(now());
            CertPathValidator.getInstance("PKIX").validate(path.getCertPath(), parameters);
            return Optional.empty();
        } catch (CertPathValidatorException no) {
            return Optional.of(
                    no.getReason() == BasicReason.UNDETERMINED_REVOCATION_STATUS
                            ? new Judgement.Undecided(manufacturer
                                    + ": there is no revocation list in force of each authority in its path:"
                                    + " renew the file that revocation-lists names")
                            : new Judgement.NotTaken(manufacturer + ": " + inWords(no)));
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("this Java runtime cannot read revocation lists", broken);
        }
    }

    private Date now() {
        return Date.from(clock.instant());
    }

    private static String inWords(Throwable failure) {
        Throwable last = failure;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return String.valueOf(last.getMessage());
    }

    /** The one common name of the subject; empty if it has none, or several. */
    private static Optional<String> commonName(X509Certificate certificate) {
        List<String> found = new ArrayList<>();
        try {
            LdapName subject =
                    new LdapName(certificate.getSubjectX500Principal().getName(X500Principal.RFC2253));
            for (Rdn rdn : subject.getRdns()) {
                Attribute commonNames = rdn.toAttributes().get("CN");
                for (int i = 0; commonNames != null && i < commonNames.size(); i++) {
                    found.add(commonNames.get(i).toString());
                }
            }
        } catch (InvalidNameException unreadable) {
            return Optional.empty();
        } catch (NamingException impossible) {
            throw new IllegalStateException(impossible); // nothing is looked up
        }
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }

    private static X509Certificate[] chain(OAuth2ClientAuthenticationToken caller) {
        return caller.getCredentials() instanceof X509Certificate[] chain ? chain : new X509Certificate[0];
    }
}
