package org.sipoauth.authz.manufacturer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.TestAuthority;
import org.sipoauth.authz.TestAuthority.Identity;
import org.sipoauth.authz.TestAuthority.Profile;
import org.sipoauth.authz.manufacturer.PhoneCertificates.Judgement;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.StartupRefused;
import org.sipoauth.authz.token.Confirmation;

class PhoneCertificatesTest {
    private static final String PHONE = "SEP00005E005301";
    private static final String SUBJECT = "CN=CP-8845-" + PHONE + ",OU=CTG,O=Example Phones";

    @TempDir
    private Path folder;

    private Instant now = Instant.now();
    private final InstantSource source = () -> now;
    private final TestAuthority acme = TestAuthority.create("Acme Manufacturing CA");
    private final TestAuthority other = TestAuthority.create("Other Manufacturing CA");

    @Test
    void tellsWhichPhoneItIs() {
        Identity phone = acme.issue(SUBJECT);

        Judgement judgement = judge(phone);

        assertThat(judgement).isInstanceOf(Judgement.Taken.class);
        PhoneCertificate certificate = ((Judgement.Taken) judgement).certificate();
        assertThat(certificate.device()).isEqualTo(PHONE);
        assertThat(certificate.manufacturer()).isEqualTo("acme");
        assertThat(certificate.confirmation()).isEqualTo(Confirmation.ofCertificate(phone.certificate()));
    }

    @Test
    void followsThePathThatThePhoneShows() {
        Identity phone = acme.subordinate("Acme Factory 7").issue(SUBJECT);

        assertThat(judge(phone)).isInstanceOf(Judgement.Taken.class);
        assertThat(certificates().judge(phone.certificate())).isInstanceOf(Judgement.NotTaken.class);
    }

    /** Each manufacturer speaks for its own phones alone. */
    @Test
    void takesANameFromItsOwnManufacturerAlone() {
        assertThat(judge(other.issue("CN=T46-0123456789AB"))).isInstanceOf(Judgement.Taken.class);

        assertNotTaken(other.issue(SUBJECT), "other: its subject names no device");
        assertNotTaken(acme.issue("CN=T46-0123456789AB"), "its subject names no device", "acme");
    }

    @Test
    void takesNoneOfAnybodyElse() {
        assertNotTaken(TestAuthority.selfSigned(SUBJECT), "unable to find valid certification path");
        assertNotTaken(
                TestAuthority.create("Acme Manufacturing CA").issue(SUBJECT),
                "Acme",
                "acme",
                "other",
                "path",
                "signature");
        assertThat(PhoneCertificates.ofNobody(source.withZone(ZoneOffset.UTC))
                        .judge(acme.issue(SUBJECT).certificate()))
                .isEqualTo(new Judgement.NotTaken("there are no manufacturers"));
    }

    @Test
    void isJudgedByOurClock() {
        Instant end = Instant.now().plus(Duration.ofHours(1)).truncatedTo(ChronoUnit.SECONDS);
        Identity phone = acme.issue(SUBJECT, Profile.usual().until(end));
        now = end;
        assertThat(judge(phone)).isInstanceOf(Judgement.Taken.class);

        now = end.plusSeconds(1);
        assertThat(judge(phone)).isInstanceOf(Judgement.NotTaken.class);
        now = phone.certificate().getNotBefore().toInstant().minusSeconds(1);
        assertThat(judge(phone)).isInstanceOf(Judgement.NotTaken.class);
    }

    @Test
    void isForClients() {
        assertThat(judge(acme.issue(SUBJECT, Profile.usual().with(KeyPurposeId.anyExtendedKeyUsage))))
                .isInstanceOf(Judgement.Taken.class);

        assertNotTaken(
                acme.issue(SUBJECT, Profile.usual().with(KeyPurposeId.id_kp_serverAuth)),
                "its extended key usage has no clientAuth");
        assertNotTaken(acme.itself(), "it is that of an authority");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "O=Example Phones",
                "CN=CP-8845-SEP00005E0053",
                "CN=xCP-8845-SEP00005E005301",
                "CN=CP-8845-SEP00005E005301x",
                "CN=CP-8845-SEP00005E005301+CN=CP-8845-SEP00005E005302",
                "CN=CP-8845-SEP00005E005301,CN=CP-8845-SEP00005E005302",
                "OU=CP-8845-SEP00005E005301",
            })
    void readsTheWholeOfOneCommonName(String subject) {
        assertThat(judge(acme.issue(subject))).isInstanceOf(Judgement.NotTaken.class);
    }

    @Test
    void readsTheSubjectAsItIsWrittenAndNotAsItIsPrinted() {
        assertThat(judge(acme.issue("CN=nobody,OU=x\\,CN\\=CP-8845-" + PHONE))).isInstanceOf(Judgement.NotTaken.class);
    }

    @Test
    void takesBackASerialNumberAsSoonAsTheFileSaysSo() throws Exception {
        Path refused = Files.writeString(folder.resolve("refused.txt"), "# stolen\n");
        PhoneCertificates certificates = certificates(refused);
        X509Certificate phone = acme.issue(SUBJECT).certificate();
        assertThat(certificates.judge(phone)).isInstanceOf(Judgement.Taken.class);

        Files.writeString(refused, "# stolen\n" + phone.getSerialNumber().toString(16) + "  # from the lobby\n");

        assertThat(certificates.judge(phone))
                .isEqualTo(new Judgement.NotTaken("acme has it among the refused serial numbers"));
        Files.writeString(refused, "no number, and longer than it was before\n");
        assertThat(certificates.judge(phone))
                .as("what was read before holds on")
                .isInstanceOf(Judgement.NotTaken.class);
    }

    @Test
    void takesBackWhatItsAuthorityHasRevokedAsSoonAsTheListSaysSo() throws Exception {
        X509Certificate phone = acme.issue(SUBJECT).certificate();
        X509Certificate another = acme.issue("CN=CP-8845-SEP00005E005302").certificate();
        Path lists = Files.writeString(
                folder.resolve("lists.pem"), acme.revocationList(now.minusSeconds(60), now.plusSeconds(60)));
        PhoneCertificates certificates = certificates(null, lists);
        assertThat(certificates.judge(phone)).isInstanceOf(Judgement.Taken.class);

        Files.writeString(lists, acme.revocationList(now.minusSeconds(60), now.plusSeconds(60), phone));

        assertThat(certificates.judge(phone))
                .isInstanceOfSatisfying(
                        Judgement.NotTaken.class, not -> assertThat(not.why()).contains("revoked", "KEY_COMPROMISE"));
        assertThat(certificates.judge(another)).isInstanceOf(Judgement.Taken.class);
        Files.writeString(lists, "no list\n");
        assertThat(certificates.judge(phone))
                .as("what was read before holds on")
                .isInstanceOf(Judgement.NotTaken.class);
    }

    /** Who withholds a list revokes all, rather than none. */
    @Test
    void takesNoneWithoutAListInForceOfEachAuthorityInItsPath() throws Exception {
        TestAuthority factory = acme.subordinate("Acme Factory 7");
        Instant from = now.minusSeconds(60);
        Instant until = now.plus(Duration.ofHours(1));
        X509Certificate[] shown = factory.issue(SUBJECT).chain().toArray(X509Certificate[]::new);
        String ofAcme = acme.revocationList(from, until);
        String ofFactory = factory.revocationList(from, until);
        String ofAnother = TestAuthority.create("Acme Factory 7").revocationList(from, until);
        Path lists = Files.writeString(folder.resolve("lists.pem"), ofAcme + ofFactory);
        PhoneCertificates certificates = certificates(null, lists);
        assertThat(certificates.judge(shown)).isInstanceOf(Judgement.Taken.class);

        for (String tooFew : List.of(ofAcme, ofFactory, ofAcme + ofAnother)) {
            Files.writeString(lists, tooFew);
            assertThat(certificates.judge(shown))
                    .isInstanceOfSatisfying(
                            Judgement.Undecided.class,
                            not -> assertThat(not.why()).contains("acme: there is no revocation list in force"));
        }
        Files.writeString(lists, ofAcme + ofFactory + "\n");
        assertThat(certificates.judge(shown)).isInstanceOf(Judgement.Taken.class);
        now = until.plus(Duration.ofMinutes(16)); // Java allows for clocks that are 15 minutes wrong
        assertThat(certificates.judge(shown)).as("expired").isInstanceOf(Judgement.Undecided.class);
    }

    @Test
    void asksNobodyForAListThatTheFileLacks() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        HttpServer elsewhere = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        elsewhere.createContext("/", exchange -> {
            asked.incrementAndGet();
            exchange.close();
        });
        elsewhere.start();
        try {
            URI address =
                    URI.create("http://127.0.0.1:" + elsewhere.getAddress().getPort() + "/acme.crl");
            X509Certificate phone = acme.issue(SUBJECT, Profile.usual().revocationListAt(address))
                    .certificate();
            Path lists = Files.writeString(
                    folder.resolve("lists.pem"), acme.revocationList(now.minusSeconds(60), now.plusSeconds(60)));
            PhoneCertificates certificates = certificates(null, lists);
            assertThat(certificates.judge(phone)).isInstanceOf(Judgement.Taken.class);

            now = now.plus(Duration.ofHours(1));

            assertThat(certificates.judge(phone))
                    .isInstanceOfSatisfying(
                            Judgement.Undecided.class,
                            not -> assertThat(not.why()).contains("there is no revocation list in force"));
            assertThat(asked).hasValue(0);
        } finally {
            elsewhere.stop(0);
        }
    }

    /** Each authority needs a list; an older one of the same beside it does no harm. */
    @Test
    void tellsHowLongTheRevocationListsHold() throws Exception {
        now = now.truncatedTo(ChronoUnit.SECONDS);
        Path lists = Files.writeString(
                folder.resolve("crls.pem"),
                acme.revocationList(now.minusSeconds(100), now.minusSeconds(50))
                        + acme.revocationList(now.minusSeconds(50), now.plusSeconds(7_200))
                        + acme.subordinate("Acme Factory 7")
                                .revocationList(now.minusSeconds(50), now.plusSeconds(3_600)));
        Settings.Manufacturer settings = new Settings.Manufacturer(
                "acme", acme.writeTo(folder.resolve("acme.pem")), "(.*)", "$1", null, lists, List.of());

        assertThat(remaining(new Manufacturer(settings))).isEqualTo(3_600);
        now = now.plusSeconds(3_700);
        assertThat(remaining(new Manufacturer(settings))).isEqualTo(-100);
        assertThat(remaining(new Manufacturer(settings("other", other, "(.*)", "$1", null, List.of()))))
                .isNaN();
        assertThat(remaining()).isNaN();
    }

    private double remaining(Manufacturer... manufacturers) {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        new RevocationListMetrics(
                        new ManufacturerConfiguration.Manufacturers(List.of(manufacturers)),
                        source.withZone(ZoneOffset.UTC))
                .bindTo(meters);
        return meters.get("sipoauth.manufacturers.revocation.lists.remaining")
                .timeGauge()
                .value(TimeUnit.SECONDS);
    }

    @Test
    void takesAuthoritiesAsSoonAsTheFileNamesThem() throws Exception {
        PhoneCertificates certificates = certificates();
        TestAuthority next = TestAuthority.create("Acme Manufacturing CA 2 with a longer name");
        X509Certificate phone = next.issue(SUBJECT).certificate();
        assertThat(certificates.judge(phone)).isInstanceOf(Judgement.NotTaken.class);

        next.writeTo(folder.resolve("acme.pem"));

        assertThat(certificates.judge(phone)).isInstanceOf(Judgement.Taken.class);
        Files.delete(folder.resolve("acme.pem"));
        assertThat(certificates.judge(phone))
                .as("what was read before holds on")
                .isInstanceOf(Judgement.Taken.class);
    }

    @Test
    void looksForNoPathThroughManyCertificates() {
        X509Certificate[] many = new X509Certificate[6];
        Arrays.fill(many, acme.issue(SUBJECT).certificate());

        assertThat(certificates().judge(many))
                .isEqualTo(new Judgement.NotTaken("it came with 6 certificates, more than 5"));
    }

    @ParameterizedTest
    @CsvSource({
        "CP-(, $1, common-name is no regular expression",
        "CP-.*, $1, has no such group",
        "CP-(.*), ${name}, has no such group",
        "CP-(.*), $2, has no such group",
    })
    void refusesAPatternThatCannotWork(String commonName, String deviceName, String why) {
        assertThatThrownBy(() -> new Manufacturer(settings("acme", acme, commonName, deviceName, null, List.of())))
                .isInstanceOf(StartupRefused.class)
                .hasMessageContaining("The manufacturer acme under sipoauth.manufacturers")
                .hasMessageContaining(why);
    }

    @Test
    void refusesFilesThatCannotBeUsedAndWaysThatCannotBeMet() throws Exception {
        Path nothing = Files.writeString(folder.resolve("nothing.pem"), "nothing\n");
        assertThatThrownBy(() -> new Manufacturer(
                        new Settings.Manufacturer("acme", nothing, "(.*)", "$1", null, null, List.of())))
                .hasMessageContaining("authorities is " + nothing);
        assertThatThrownBy(() -> new Manufacturer(settings("acme", acme, "(.*)", "$1", nothing, List.of())))
                .hasMessageContaining("refused-serials is " + nothing)
                .hasMessageContaining("line 1 is no hexadecimal number");
        assertThatThrownBy(() -> certificates(null, nothing))
                .hasMessageContaining("revocation-lists is " + nothing)
                .hasMessageContaining("it holds no");
        assertThatThrownBy(
                        () -> new Manufacturer(settings("acme", acme, "(.*)", "$1", null, List.of("activation-code"))))
                .hasMessageContaining("none has manufacturer-certificate");
    }

    private void assertNotTaken(Identity phone, String... anyOf) {
        Judgement judgement = judge(phone);
        assertThat(judgement).isInstanceOf(Judgement.NotTaken.class);
        assertThat(Arrays.stream(anyOf).anyMatch(((Judgement.NotTaken) judgement).why()::contains))
                .as(judgement.toString())
                .isTrue();
    }

    private Judgement judge(Identity phone) {
        return certificates().judge(phone.chain().toArray(X509Certificate[]::new));
    }

    private PhoneCertificates certificates() {
        return certificates(null);
    }

    private PhoneCertificates certificates(Path refusedSerials) {
        return certificates(refusedSerials, null);
    }

    private PhoneCertificates certificates(Path refusedSerials, Path revocationLists) {
        return new PhoneCertificates(
                List.of(
                        new Manufacturer(new Settings.Manufacturer(
                                "acme",
                                acme.writeTo(folder.resolve("acme.pem")),
                                "CP-[0-9]+-(SEP[0-9A-F]{12})",
                                "$1",
                                refusedSerials,
                                revocationLists,
                                List.of())),
                        new Manufacturer(settings("other", other, "T46-([0-9A-F]{12})", "SEP$1", null, List.of()))),
                source.withZone(ZoneOffset.UTC));
    }

    private Settings.Manufacturer settings(
            String name,
            TestAuthority authority,
            String commonName,
            String deviceName,
            Path refusedSerials,
            List<String> ways) {
        return new Settings.Manufacturer(
                name,
                authority.writeTo(folder.resolve(name + ".pem")),
                commonName,
                deviceName,
                refusedSerials,
                null,
                ways);
    }
}
