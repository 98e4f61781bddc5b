package org.sipoauth.registrar.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.sipoauth.registrar.register.Arrival;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The edges that may connect to the mutual-TLS port, by a name in their certificate: those of the settings, of a file, and
 * of a server. May change while running.
 */
public final class EdgeList {
    private static final Logger LOG = LoggerFactory.getLogger(EdgeList.class);
    private static final int SAN_DNS_NAME = 2;

    private final Set<String> fixed;
    private final Optional<Path> file;
    private final Set<String> believed;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private Set<String> inFile; // guarded by this
    private Set<String> served = Set.of(); // guarded by this
    private volatile Set<String> names;

    /**
     * @param fixed names from the settings
     * @param file more names, one a line, {@code #} before a comment; read now and at each {@link #reload}
     * @param believed names of edges that are believed, as long as that name is listed, when they say which certificate a
     *     phone has shown them; puts none on the list
     * @throws UncheckedIOException if the file cannot be read
     */
    public EdgeList(Collection<String> fixed, Optional<Path> file, Collection<String> believed) {
        this.fixed = normalized(fixed);
        this.file = file;
        this.believed = normalized(believed);
        this.inFile = read();
        this.names = all();
    }

    /** Takes these names of a server in place of those that it named before. */
    public synchronized void serve(Set<String> certificateNames) {
        served = normalized(certificateNames);
        publish();
    }

    /** Whether the file changed the list; an unreadable file leaves the old one in place and throws. */
    synchronized boolean reload() {
        inFile = read();
        return publish();
    }

    /** Tells of each change, once the list is in force. */
    void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** How many names are on it. */
    public int size() {
        return names.size();
    }

    private boolean publish() {
        Set<String> next = all();
        if (next.equals(names)) {
            return false;
        }
        names = next;
        LOG.info("the list of edges has changed: {} names", next.size());
        listeners.forEach(Runnable::run);
        return true;
    }

    private Set<String> all() {
        Set<String> all = new HashSet<>(fixed);
        all.addAll(inFile);
        all.addAll(served);
        return Set.copyOf(all);
    }

    private Set<String> read() {
        if (file.isEmpty()) {
            return Set.of();
        }
        try {
            return normalized(Files.readAllLines(file.get()).stream()
                    .map(line -> line.replaceFirst("#.*", "").strip())
                    .filter(line -> !line.isEmpty())
                    .toList());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(
                    "cannot read the list of edges " + file.get() + ": "
                            + unreadable.getClass().getSimpleName(),
                    unreadable);
        }
    }

    private static Set<String> normalized(Collection<String> names) {
        Set<String> normalized = new HashSet<>();
        names.forEach(name -> normalized.add(name.toLowerCase(Locale.ROOT)));
        return normalized;
    }

    /** The listed name of this certificate: one of its DNS names, or its common name. */
    Optional<String> nameOf(X509Certificate certificate) {
        return lowerCaseNames(certificate).filter(names::contains).findFirst();
    }

    /** The edge of this certificate, if it is listed. */
    Optional<Arrival.Edge> edgeOf(X509Certificate certificate) {
        return nameOf(certificate).map(name -> new Arrival.Edge(name, isBelieved(certificate)));
    }

    /** By a name that is on the list, too: one that left it must not count for what another let in. */
    private boolean isBelieved(X509Certificate certificate) {
        Set<String> listed = names;
        return lowerCaseNames(certificate).anyMatch(name -> believed.contains(name) && listed.contains(name));
    }

    private static Stream<String> lowerCaseNames(X509Certificate certificate) {
        return certificateNames(certificate).stream().map(name -> name.toLowerCase(Locale.ROOT));
    }

    static List<String> certificateNames(X509Certificate certificate) {
        List<String> found = new ArrayList<>(dnsNames(certificate));
        found.addAll(commonNames(certificate));
        return found.stream().distinct().toList();
    }

    private static List<String> dnsNames(X509Certificate certificate) {
        List<String> found = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                alternatives.stream()
                        .filter(entry -> entry.get(0).equals(SAN_DNS_NAME))
                        .forEach(entry -> found.add(String.valueOf(entry.get(1))));
            }
        } catch (CertificateParsingException unreadable) {
            return List.of();
        }
        return found;
    }

    /** Also one that shares its part of the subject with other attributes, which Rdn names by the first alone. */
    private static List<String> commonNames(X509Certificate certificate) {
        List<String> found = new ArrayList<>();
        try {
            for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                Attribute commonName = part.toAttributes().get("CN");
                if (commonName != null) {
                    found.add(String.valueOf(commonName.get()));
                }
            }
        } catch (NamingException unreadable) {
            return List.of();
        }
        return found;
    }
}
