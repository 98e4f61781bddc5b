package org.sipoauth.authz.edge;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * An edge that may connect to the mutual-TLS port of SIP servers.
 *
 * @param name what administrators call it, at most 64 letters, digits and {@code . _ -}
 * @param certificateNames of its certificate, DNS names of the SAN or common names; any one admits it. Compared whole,
 *     without regard to case: RFC 5922 §7.2 knows no wildcard
 */
public record Edge(String name, List<String> certificateNames) {
    public static final int MOST_CERTIFICATE_NAMES = 16;
    private static final int LONGEST_CERTIFICATE_NAME = 253; // a DNS name's

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /** @throws IllegalArgumentException if it is no such edge; the message is for who sent it */
    public Edge {
        require(
                NAME.matcher(name).matches(),
                "an edge's name has at most 64 letters, digits, dots, hyphens and underscores, a letter or digit"
                        + " first");
        require(
                !certificateNames.isEmpty() && certificateNames.size() <= MOST_CERTIFICATE_NAMES,
                "an edge has 1 to " + MOST_CERTIFICATE_NAMES + " certificate names: DNS names or the common name of its"
                        + " certificate");
        Set<String> seen = new HashSet<>();
        for (String certificateName : certificateNames) {
            require(
                    !certificateName.isBlank()
                            && certificateName.equals(certificateName.strip())
                            && certificateName.getBytes(StandardCharsets.UTF_8).length <= LONGEST_CERTIFICATE_NAME
                            && certificateName.codePoints().noneMatch(Character::isISOControl),
                    "a certificate name has 1 to " + LONGEST_CERTIFICATE_NAME
                            + " bytes, no blank at either end and no control character");
            require(
                    certificateName.indexOf('*') < 0,
                    "certificate names are compared whole, a wildcard matches nothing: name each edge");
            require(seen.add(certificateName.toLowerCase(Locale.ROOT)), "each certificate name once");
        }
        certificateNames = List.copyOf(certificateNames);
    }

    /** The same for as long as name and certificate names are. */
    public String revision() {
        return EdgeListDocument.revision(this);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
