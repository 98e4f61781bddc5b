package org.sipoauth.cli.edge;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import org.sipoauth.cli.console.Times;

/** A certificate in the words of those who have to find it. */
final class CertificateText {
    private static final int DNS_NAME = 2; // RFC 5280 §4.2.1.6, as Java counts them
    private static final int IP_ADDRESS = 7;

    private CertificateText() {}

    static String of(X509Certificate certificate) {
        return subject(certificate) + "; names " + String.join(", ", names(certificate, Set.of(DNS_NAME, IP_ADDRESS)))
                + "; of " + certificate.getIssuerX500Principal().getName() + "; until "
                + Times.seconds(certificate.getNotAfter().toInstant());
    }

    static String subject(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName();
    }

    /** Those by which a registrar finds an edge on its list: DNS names of the SAN, common names. */
    static List<String> edgeNames(X509Certificate certificate) {
        return names(certificate, Set.of(DNS_NAME));
    }

    private static List<String> names(X509Certificate certificate, Set<Integer> kinds) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                alternatives.stream()
                        .filter(entry -> kinds.contains(entry.get(0)))
                        .forEach(entry -> names.add(String.valueOf(entry.get(1))));
            }
            new LdapName(subject(certificate))
                    .getRdns().stream()
                            .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
                            .forEach(rdn -> names.add(String.valueOf(rdn.getValue())));
        } catch (CertificateParsingException | InvalidNameException unreadable) {
            return List.of();
        }
        return names.stream().distinct().toList();
    }
}
