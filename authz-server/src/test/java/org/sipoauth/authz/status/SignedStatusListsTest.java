package org.sipoauth.authz.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.ByteArrayInputStream;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;
import org.sipoauth.authz.TestClock;
import org.sipoauth.authz.signing.SigningKeys;
import org.sipoauth.authz.signing.TestSigningKeys;
import org.sipoauth.authz.status.SignedStatusLists.Document;
import org.sipoauth.authz.status.SignedStatusLists.Read;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;

class SignedStatusListsTest {
    private static final String ISSUER = "https://localhost:8443";
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final StatusListName NAME = new StatusListName(17, 685, 0);
    private static final StatusList LIST = StatusList.fromBitmap(NAME, new byte[] {0, 0x40});

    private final TestSigningKeys keys = new TestSigningKeys();
    private final TestClock clock = new TestClock(NOW);
    private final SignedStatusLists lists = lists(keys);
    private final StatusListEndpoint endpoint = new StatusListEndpoint(lists);

    @Test
    void signsWhatTheDraftAsksFor() throws Exception {
        publish(lists, LIST);

        String token = token().body();
        JWTClaimsSet claims = keys.verified(token);
        assertThat(SignedJWT.parse(token).getHeader().getType()).hasToString("statuslist+jwt");
        assertThat(claims.getIssuer()).isEqualTo(ISSUER);
        assertThat(claims.getSubject()).isEqualTo(ISSUER + "/oauth2/status-lists/s17.685.0");
        assertThat(claims.getIssueTime()).isEqualTo(NOW);
        assertThat(claims.getExpirationTime()).isEqualTo(NOW.plus(Duration.ofHours(24)));
        assertThat(claims.getLongClaim("ttl")).isEqualTo(15);
        Map<String, Object> list = claims.getJSONObjectClaim("status_list");
        assertThat(list).containsEntry("bits", 1L);
        byte[] bits = new InflaterInputStream(new ByteArrayInputStream(
                        Base64URL.from((String) list.get("lst")).decode()))
                .readAllBytes();
        assertThat(bits).isEqualTo(LIST.bits());
        assertThat(bits[1]).describedAs("index 9").isEqualTo((byte) 0x02);
    }

    @Test
    void signsOnceAndAgainWithEachChange() {
        publish(lists, LIST);
        Document first = token();
        Document firstAggregation = aggregation();

        publish(lists, LIST);
        assertThat(token()).isSameAs(first);
        assertThat(aggregation()).isSameAs(firstAggregation);

        publish(lists, LIST.or(StatusList.fromBitmap(NAME, new byte[] {1})));
        assertThat(token().etag()).isNotEqualTo(first.etag());
        assertThat(aggregation().etag()).isNotEqualTo(firstAggregation.etag());
    }

    @Test
    void signsAgainOnceAnHour() {
        publish(lists, LIST);
        Document first = token();
        int signed = 0;
        for (int minute = 1; minute <= 120; minute++) {
            clock.set(NOW.plus(Duration.ofMinutes(minute)));
            Document before = token();
            publish(lists, LIST);
            signed += token() == before ? 0 : 1;
        }
        assertThat(signed).isEqualTo(2);
        assertThat(keys.verified(token().body()).getIssueTime()).isAfter(NOW);
        assertThat(token().etag()).isNotEqualTo(first.etag());
    }

    /** Else a verifier would take it for newer than another server's, which has a later revocation. */
    @Test
    void isIssuedWhenTheStoreWasReadHoweverLateItIsSigned() throws Exception {
        Read read = new Read(LIST, NOW);
        lists.publish(List.of(read), read.at());
        Document first = token();

        clock.set(NOW.plus(Duration.ofHours(3)));
        lists.publish(List.of(read), read.at());
        assertThat(token()).isSameAs(first);

        keys.rotate();
        lists.publish(List.of(read), read.at());
        assertThat(token()).isNotEqualTo(first);
        assertThat(keys.verified(token().body()).getIssueTime()).isEqualTo(NOW);
        assertThat(keys.verified(token().body()).getExpirationTime()).isEqualTo(NOW.plus(Duration.ofHours(24)));
    }

    @Test
    void namesAListNoMoreThatWasNotReadForHalfAMinute() {
        Read read = new Read(LIST, NOW);

        clock.set(NOW.plusSeconds(30));
        lists.publish(List.of(read), read.at());
        assertThat(aggregation().body()).contains(NAME.uri(ISSUER));

        clock.set(NOW.plusMillis(30_001));
        Read other = new Read(StatusList.empty(new StatusListName(18, 685, 0)), clock.instant());
        lists.publish(List.of(read, other), read.at());
        assertThat(aggregation().body()).contains("s18").doesNotContain(NAME.uri(ISSUER));
        assertThat(lists.token(NAME)).isPresent();
    }

    @Test
    void signsAgainWithAnotherKey() throws Exception {
        publish(lists, LIST);
        Document first = token();

        keys.rotate();
        publish(lists, LIST);

        assertThat(SignedJWT.parse(token().body()).getHeader().getKeyID())
                .isEqualTo(keys.active().id());
        assertThat(token().etag()).isNotEqualTo(first.etag());
        keys.verified(token().body());
    }

    @Test
    void givesTheSameEntityTagsOnEveryServer() {
        SignedStatusLists other = lists(keys);
        publish(lists, LIST);
        publish(other, LIST);

        assertThat(other.token(NAME).orElseThrow().body()).isNotEqualTo(token().body());
        assertThat(other.token(NAME).orElseThrow().etag()).isEqualTo(token().etag());
        assertThat(other.aggregation()).contains(aggregation());
    }

    @Test
    void namesEveryListAndItsEntityTag() throws ParseException {
        StatusListName next = new StatusListName(17, 685, 1);
        publish(lists, StatusList.empty(next), LIST);

        Map<String, Object> json = JSONObjectUtils.parse(aggregation().body());

        String uri = NAME.uri(ISSUER);
        assertThat(json.get("status_lists")).isEqualTo(List.of(uri, next.uri(ISSUER)));
        assertThat(JSONObjectUtils.getJSONObject(json, "etags")).hasSize(2).containsEntry(uri, token().etag());
    }

    @Test
    void servesOnButNamesNoListThatHasChangedWithoutAKeyToSignWith() {
        servesOnWhile(() -> {
            throw new DataAccessResourceFailureException("the ring is away");
        });
    }

    @Test
    void servesOnButNamesNoListThatHasChangedWhileTheKeyFails() {
        servesOnWhile(keys::failing);
    }

    private void servesOnWhile(SigningKeys failing) {
        AtomicReference<SigningKeys> now = new AtomicReference<>(keys);
        SignedStatusLists served = lists(() -> now.get().active());
        StatusList unchanged = StatusList.empty(new StatusListName(17, 685, 1));
        StatusList changed = LIST.or(StatusList.fromBitmap(NAME, new byte[] {1}));
        publish(served, LIST, unchanged);
        Document first = served.token(NAME).orElseThrow();

        now.set(failing);
        publish(served, changed, unchanged);
        assertThat(served.token(NAME)).containsSame(first);
        assertThat(served.aggregation().orElseThrow().body())
                .contains(unchanged.name().uri(ISSUER))
                .doesNotContain(NAME.uri(ISSUER));

        now.set(keys);
        publish(served, changed, unchanged);
        assertThat(served.token(NAME).orElseThrow().etag()).isNotEqualTo(first.etag());
        assertThat(served.aggregation().orElseThrow().body()).contains(NAME.uri(ISSUER));
    }

    /** A verifier that has no lists would take an answer without any for all there are. */
    @Test
    void refusesTheAggregationUntilItKnowsWhatIsUpToDate() {
        assertRefused(); // nobody has looked

        lists.publish(List.of(), Instant.MIN); // the store is away, and what is on the disk is not among these
        assertRefused();

        lists.publish(List.of(), NOW); // a store without lists
        assertThat(endpoint.aggregation().getStatusCode()).isEqualTo(HttpStatus.OK);

        lists.publish(List.of(new Read(LIST, NOW)), Instant.MIN); // one node of a cluster is away
        assertThat(endpoint.aggregation().getStatusCode()).isEqualTo(HttpStatus.OK);

        clock.set(NOW.plusMillis(30_001)); // a look that does not end
        assertRefused();
        lists.publish(List.of(new Read(LIST, NOW)), NOW);
        assertRefused();
        publish(lists, LIST);
        assertThat(endpoint.aggregation().getStatusCode()).isEqualTo(HttpStatus.OK);
    }

    private void assertRefused() {
        ResponseEntity<String> answer = endpoint.aggregation();
        assertThat(answer.getStatusCode()).isEqualTo(HttpStatus.SERVICE_UNAVAILABLE);
        assertThat(answer.getHeaders().getFirst(HttpHeaders.RETRY_AFTER)).isEqualTo("5");
        assertThat(answer.getHeaders().getETag()).isNull();
    }

    @Test
    void servesNoListThatIsGone() {
        publish(lists, LIST);
        publish(lists);

        assertThat(lists.token(NAME)).isEmpty();
        assertThat(aggregation().body()).doesNotContain("s17");
    }

    /** 10 million logins, 1 % of them revoked: what all lists weigh, and what signing each of them takes. */
    @Test
    void isSmallEnoughForTenMillionLogins() {
        int count = 400;
        Random random = new Random(4);
        List<StatusList> all = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            byte[] bitmap = new byte[StatusList.BYTES];
            for (int revoked = 0; revoked < StatusListName.SIZE / 100; revoked++) {
                int index = random.nextInt(StatusListName.SIZE);
                bitmap[index / 8] |= (byte) (1 << index % 8);
            }
            all.add(StatusList.fromBitmap(new StatusListName(number % 64, 685, number / 64), bitmap));
        }
        publish(lists, all.toArray(StatusList[]::new)); // warms up

        keys.rotate();
        long start = System.nanoTime();
        publish(lists, all.toArray(StatusList[]::new));
        Duration signing = Duration.ofNanos(System.nanoTime() - start);

        long bytes = all.stream()
                .mapToLong(list -> lists.token(list.name()).orElseThrow().body().length())
                .sum();
        LoggerFactory.getLogger(SignedStatusListsTest.class)
                .info(
                        "{} lists, 1 % revoked: {} bytes of tokens, {} bytes of aggregation, signed in {} ms",
                        count, bytes, aggregation().body().length(), signing.toMillis());
        assertThat(bytes).isLessThan(count * 2_560L);
        assertThat(aggregation().body().length()).isLessThan(count * 180);
    }

    private SignedStatusLists lists(SigningKeys signing) {
        return new SignedStatusLists(signing, ISSUER, clock);
    }

    /** As a server does that has just read them. */
    private void publish(SignedStatusLists signed, StatusList... read) {
        signed.publish(
                Stream.of(read).map(list -> new Read(list, clock.instant())).toList(), clock.instant());
    }

    private Document aggregation() {
        return lists.aggregation().orElseThrow();
    }

    private Document token() {
        return lists.token(NAME).orElseThrow();
    }
}
