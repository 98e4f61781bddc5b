package org.sipoauth.authz.manufacturer;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CRL;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.time.Instant;
import java.util.Comparator;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.certificate.CertificatePaths;
import org.sipoauth.authz.certificate.WatchedFile;
import org.sipoauth.authz.deskphone.WayIn;
import org.sipoauth.authz.deskphone.WaysIn;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.StartupRefused;

/** One manufacturer as the settings describe it: its authorities, how it names phones, and what it has taken back. */
final class Manufacturer {
    private static final int LONGEST_COMMON_NAME = 64; // RFC 5280 appendix A.1, ub-common-name

    private final String name;
    private final WatchedFile<Set<TrustAnchor>> authorities;
    private final @Nullable WatchedFile<Set<BigInteger>> refusedSerials;
    private final @Nullable WatchedFile<List<CRL>> revocationLists;
    private final Pattern commonName;
    private final String deviceName;
    private final Optional<WaysIn> ways;

    /** @throws StartupRefused if the settings cannot be used */
    Manufacturer(Settings.Manufacturer settings) {
        this.name = settings.name();
        this.authorities = open("authorities", settings.authorities(), CertificatePaths::authorities);
        this.refusedSerials = settings.refusedSerials() == null
                ? null
                : open("refused-serials", settings.refusedSerials(), Manufacturer::readSerials);
        this.revocationLists = settings.revocationLists() == null
                ? null
                : open("revocation-lists", settings.revocationLists(), Manufacturer::readRevocationLists);
        this.commonName = pattern(settings.commonName());
        this.deviceName = settings.deviceName();
        requireTemplate();
        this.ways = settings.ways().isEmpty() ? Optional.empty() : Optional.of(ways(settings.ways()));
    }

    String name() {
        return name;
    }

    Set<TrustAnchor> authorities() {
        return authorities.content();
    }

    boolean refuses(BigInteger serial) {
        return refusedSerials != null && refusedSerials.content().contains(serial);
    }

    /** What its authorities have taken back; empty: nobody looks. */
    Optional<List<CRL>> revocationLists() {
        return Optional.ofNullable(revocationLists).map(WatchedFile::content);
    }

    /** When the first of its authorities has no list in force any more (RFC 5280 §5.1.2.5); empty if none ever ends. */
    Optional<Instant> revocationListsEnd() {
        Map<X500Principal, Instant> ends = new HashMap<>();
        for (CRL list : revocationLists().orElse(List.of())) {
            if (list instanceof X509CRL ofAnAuthority) {
                Date next = ofAnAuthority.getNextUpdate();
                ends.merge(
                        ofAnAuthority.getIssuerX500Principal(),
                        next == null ? Instant.MAX : next.toInstant(),
                        (one, other) -> one.isAfter(other) ? one : other);
            }
        }
        return ends.values().stream().filter(Instant.MAX::isAfter).min(Comparator.naturalOrder());
    }

    /** What the device with this common name in its certificate is called; empty if none is called so. */
    Optional<String> deviceOf(String commonNameOfSubject) {
        if (commonNameOfSubject.length() > LONGEST_COMMON_NAME) {
            return Optional.empty();
        }
        Matcher matcher = commonName.matcher(commonNameOfSubject);
        return matcher.matches()
                ? Optional.of(matcher.replaceFirst(deviceName)).filter(Device::isName)
                : Optional.empty();
    }

    /** What is enough for its phones, if that is other than for all. */
    Optional<WaysIn> ways() {
        return ways;
    }

    private <T> WatchedFile<T> open(String setting, Path file, WatchedFile.Reader<T> reader) {
        try {
            return new WatchedFile<>(file, reader);
        } catch (IOException | IllegalArgumentException unusable) {
            throw refusal(
                    setting + " is " + file + ", which cannot be used: " + unusable.getMessage(),
                    switch (setting) {
                        case "authorities" ->
                            "Name a PEM file with the certificates of the manufacturer's authorities.";
                        case "revocation-lists" ->
                            "Name a file with the revocation lists of the manufacturer's authorities.";
                        default -> "Name a file with a serial number in hexadecimal on each line.";
                    });
        }
    }

    private static List<CRL> readRevocationLists(Path file) throws IOException {
        try (InputStream lists = Files.newInputStream(file)) {
            List<CRL> read = List.copyOf(CertificateFactory.getInstance("X.509").generateCRLs(lists));
            if (read.isEmpty()) {
                throw new IllegalArgumentException("it holds no revocation list");
            }
            return read;
        } catch (CertificateException | CRLException malformed) {
            throw new IllegalArgumentException("it holds no readable revocation list", malformed);
        }
    }

    private static Set<BigInteger> readSerials(Path file) throws IOException {
        Set<BigInteger> serials = new HashSet<>();
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            String text = lines.get(i).replaceFirst("#.*", "").replace(":", "").strip();
            if (!text.isEmpty()) {
                if (!text.matches("[0-9A-Fa-f]{1,64}")) {
                    throw new IllegalArgumentException("line " + (i + 1) + " is no hexadecimal number");
                }
                serials.add(new BigInteger(text, 16));
            }
        }
        return Set.copyOf(serials);
    }

    private Pattern pattern(String regularExpression) {
        try {
            return Pattern.compile(regularExpression);
        } catch (PatternSyntaxException wrong) {
            throw refusal(
                    "common-name is no regular expression: " + wrong.getDescription(),
                    "Write one for the whole common name, such as CP-[0-9]+-(SEP[0-9A-F]{12}).");
        }
    }

    /** Tried on nothing: a template that names a group that there is not would fail with the first phone. */
    private void requireTemplate() {
        Matcher any = Pattern.compile("(?:" + commonName.pattern() + ")|").matcher("");
        try {
            any.find();
            any.appendReplacement(new StringBuilder(), deviceName);
        } catch (IndexOutOfBoundsException | IllegalArgumentException wrong) {
            throw refusal(
                    "device-name is '" + deviceName + "', and common-name has no such group",
                    "Put what names the device into a group, as in CP-[0-9]+-(SEP[0-9A-F]{12}), and leave out"
                            + " device-name.");
        }
    }

    private WaysIn ways(List<String> settings) {
        try {
            WaysIn parsed = WaysIn.parse(settings);
            if (!parsed.mention(WayIn.MANUFACTURER_CERTIFICATE)) {
                throw new IllegalArgumentException(
                        "none has " + WayIn.MANUFACTURER_CERTIFICATE.setting() + ", for phones that show one");
            }
            return parsed;
        } catch (IllegalArgumentException wrong) {
            throw refusal("ways: " + wrong.getMessage(), "Correct it, or leave it out.");
        }
    }

    private StartupRefused refusal(String what, String action) {
        return new StartupRefused("The manufacturer " + name + " under sipoauth.manufacturers: " + what + ".", action);
    }

    @Override
    public String toString() {
        return name;
    }
}
