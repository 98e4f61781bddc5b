package org.sipoauth.authz.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.TestClock;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.dpop.DpopProofs;
import org.sipoauth.authz.grant.GrantRefused;
import org.sipoauth.authz.grant.LoginFamilies.Begun;
import org.sipoauth.authz.grant.LoginFamilies.Login;
import org.sipoauth.authz.manufacturer.PhoneCertificates;
import org.sipoauth.authz.redis.RedisForTests;
import org.sipoauth.authz.status.StatusListName;
import org.sipoauth.authz.status.StatusReference;
import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.KeyUse;
import org.sipoauth.keys.KeyVault;
import org.sipoauth.keys.RotationPolicy;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AccessTokenAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2RefreshTokenAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;

/** The refresh grant while minutes, days and keys go by; on a real Redis, with a clock that the test moves. */
class RefreshTimesIT {
    private static final Duration LIFETIME = Duration.ofDays(60);
    private static final RegisteredClient PHONE = RegisteredClient.withId("softphone")
            .clientId("softphone")
            .clientAuthenticationMethod(ClientAuthenticationMethod.NONE)
            .authorizationGrantType(AuthorizationGrantType.REFRESH_TOKEN)
            .scope("sip.register")
            .tokenSettings(
                    TokenSettings.builder().refreshTokenTimeToLive(LIFETIME).build())
            .build();
    private static final RegisteredClient SLIDING = RegisteredClient.from(PHONE)
            .tokenSettings(TokenSettings.builder()
                    .refreshTokenTimeToLive(LIFETIME)
                    .setting("sipoauth.sliding", true)
                    .build())
            .build();

    private static RedisForTests.Running redis;

    private final RotationPolicy policy = RotationPolicy.defaults();
    private final KeyVault vault = KeyVault.inRing();
    private final TestClock clock = new TestClock();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final FamilyStore store = new FamilyStore(redis.template(), redis.confirmedWrites(), Duration.ofHours(1));
    private RegisteredClient client = PHONE;
    private @Nullable StatusReference mintedFor;
    private KeyRing ring = KeyRing.create(policy, vault, clock.instant());
    private final Families families = new Families(
            store,
            new FamilyIndex(redis.template(), redis.confirmedWrites()),
            LoginsForTests.cutoffs(redis),
            (client, begun) -> false,
            () -> ring,
            clock,
            new Audit(clock, record -> {}),
            meters);
    private String revokedClient = "";
    private final RefreshGrant grant = new RefreshGrant(
            store,
            families,
            () -> ring,
            new TokensForEverybody((asking, login, proven, scopes) -> {
                mintedFor = login.orElseThrow().status();
                return new OAuth2AccessToken(
                        OAuth2AccessToken.TokenType.BEARER,
                        "access",
                        clock.instant(),
                        clock.instant().plusSeconds(3600));
            }),
            new DpopProofs(URI.create("https://localhost"), redis.template(), clock),
            (asking, begun) -> asking.equals(revokedClient),
            PhoneCertificates.ofNobody(clock),
            clock,
            new Audit(clock, record -> {}),
            meters);

    @BeforeAll
    static void open() {
        redis = RedisForTests.open();
    }

    @AfterAll
    static void close() {
        redis.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT59S", "PT60S", "PT71S", "PT1H", "P1D", "P30D", "P59D"})
    void goesOnWhenAPhoneThatLostTheAnswerComesBack(Duration away) {
        String first = begin();
        refresh(first);
        clock.advance(away);

        String second = refresh(first);

        clock.advance(Duration.ofSeconds(30));
        String third = refresh(second);
        clock.advance(Duration.ofHours(20));
        refresh(third);
    }

    @Test
    void asksAPhoneToComeAgainInTheSecondsInWhichItCannotTell() {
        String first = begin();
        refresh(first);
        clock.advance(Duration.ofSeconds(65));

        assertThat(refused(first)).isEqualTo("temporarily_unavailable");
        clock.advance(Duration.ofSeconds(6));
        refresh(refresh(first));

        assertThat(count("deferred")).isEqualTo(1);
        assertThat(count("struck_out")).isEqualTo(1);
    }

    @Test
    void findsAThiefWhoFollowsOneGenerationBehind() {
        String stolen = begin();
        String held = refresh(stolen);
        clock.advance(Duration.ofMinutes(20));
        String thiefs = refresh(stolen);

        clock.advance(Duration.ofMinutes(10));
        assertThat(refused(held)).isEqualTo("invalid_grant");
        assertThat(refused(thiefs)).isEqualTo("invalid_grant");

        assertThat(count("replayed_struck_out")).isEqualTo(1);
        assertThat(count("revoked")).isEqualTo(1);
        assertThat(meters.counter("sipoauth.families.revoked", "kind", "replay").count())
                .isEqualTo(1);
    }

    @Test
    void findsAThiefWhoseTokenIsOlder() {
        String stolen = begin();
        String held = stolen;
        for (int i = 0; i < 5; i++) {
            clock.advance(Duration.ofMinutes(30));
            held = refresh(held);
        }

        assertThat(refused(stolen)).isEqualTo("invalid_grant");
        assertThat(refused(held)).isEqualTo("invalid_grant");
        assertThat(count("replayed")).isEqualTo(1);
    }

    @Test
    void endsALoginOfARevokedClientForGood() {
        String held = begin();
        revokedClient = PHONE.getClientId();

        assertThat(refused(held)).isEqualTo("invalid_grant");
        revokedClient = "";

        assertThat(refused(held)).describedAs("its bit is set").isEqualTo("invalid_grant");
        assertThat(count("client_revoked")).isEqualTo(1);
        assertThat(count("revoked")).isEqualTo(1);
    }

    @Test
    void endsAtItsAbsoluteEndHoweverOftenItWasRefreshed() {
        String held = begin();
        Instant end = clock.instant().plus(LIFETIME);
        while (clock.instant().isBefore(end.minus(Duration.ofDays(1)))) {
            clock.advance(Duration.ofHours(12));
            held = refresh(held);
        }
        clock.set(end.minusMillis(1));
        held = refresh(held);
        clock.set(end);

        assertThat(refused(held)).isEqualTo("invalid_grant");
        assertThat(count("expired")).isEqualTo(1);
    }

    @Test
    void tellsTheSameEndAtEveryRefresh() {
        String first = begin();
        Instant end = clock.instant().plus(LIFETIME);
        clock.advance(Duration.ofDays(10));

        assertThat(present(first).getRefreshToken().getExpiresAt()).isEqualTo(end);
    }

    @Test
    void movesTheEndOfASlidingLoginWithEveryRefresh() {
        client = SLIDING;
        String held = begin();
        for (int refreshes = 0; refreshes < 20; refreshes++) {
            clock.advance(Duration.ofDays(50));
            OAuth2AccessTokenAuthenticationToken answer = present(held);
            held = answer.getRefreshToken().getTokenValue();
            assertThat(answer.getRefreshToken().getExpiresAt())
                    .isEqualTo(clock.instant().plus(LIFETIME));
        }
        clock.advance(LIFETIME);
        assertThat(refused(held)).isEqualTo("invalid_grant");
    }

    /** Else a phone that goes on losing answers would present one token for ever, longer than its key is kept. */
    @Test
    void movesNoEndForAGenerationThatWasPresentedBefore() {
        client = SLIDING;
        String first = begin();
        Instant end = clock.instant().plus(LIFETIME);
        refresh(first);

        clock.advance(Duration.ofDays(30));
        assertThat(present(first).getRefreshToken().getExpiresAt()).isEqualTo(end);

        clock.set(end);
        assertThat(refused(first)).isEqualTo("invalid_grant");
    }

    @Test
    void givesASlidingLoginABitInTheListOfThePeriodInWhichItNowEnds() {
        client = SLIDING;
        Begun begun = families.begin(login());
        StoredFamily before = find(begun);
        clock.advance(Duration.ofDays(31));

        refresh(begun.refreshToken().getTokenValue());

        StoredFamily after = find(begun);
        assertThat(mintedFor).isEqualTo(after.status());
        assertThat(after.status().list().period())
                .isEqualTo(StatusListName.period(clock.instant().plus(LIFETIME)))
                .isGreaterThan(before.status().list().period());
        assertThat(after.formerStatus()).hasValue(before.status());

        families.revoke(begun.familyId(), "test");
        for (StatusReference status : List.of(before.status(), after.status())) {
            assertThat(redis.template().opsForValue().getBit(status.list().revokedKey(), status.index()))
                    .isTrue();
        }
    }

    @Test
    void findsASlidingLoginLongAfterItsFirstEnd() {
        client = SLIDING;
        String user = "slider";
        Begun begun = families.begin(
                new Login(client, user, Optional.of("CSFSLIDER"), Set.of("sip.register"), Optional.empty()));
        String held = begun.refreshToken().getTokenValue();
        for (int refreshes = 0; refreshes < 40; refreshes++) {
            clock.advance(Duration.ofDays(5));
            held = refresh(held);
        }
        FamilyIndex index = new FamilyIndex(redis.template(), redis.confirmedWrites());
        index.enter(
                find(families.begin(new Login(client, user, Optional.empty(), Set.of(), Optional.empty())))
                        .family(),
                clock.instant());

        assertThat(families.ofUser(user)).extracting(Session::id).contains(FamilyId.parse(begun.familyId()));
        assertThat(families.inBucket(FamilyIndex.bucket(user)))
                .filteredOn(entry -> entry.id().toString().equals(begun.familyId()))
                .extracting(Sessions.Entry::end)
                .containsExactly(clock.instant().plus(LIFETIME).truncatedTo(ChronoUnit.SECONDS));
    }

    @Test
    void takesTokensOfAKeyThatHasRetired() {
        String held = begin();
        rotateKeys();

        String next = refresh(held);

        assertThat(RefreshToken.parse(next).orElseThrow().keyId())
                .isEqualTo(ring.active(KeyUse.REFRESH_TOKEN_AUTHENTICATION).id());
        refresh(next);
    }

    @Test
    void takesATokenOfAnEarlierBuildAndGivesANewOneForIt() {
        Family family = find(families.begin(login())).family();
        String old = RefreshTokenTest.withoutHolder(family, 1, ring.active(KeyUse.REFRESH_TOKEN_AUTHENTICATION));

        String next = refresh(old);

        assertThat(RefreshToken.parse(next).orElseThrow().holder())
                .contains(new RefreshToken.Holder(family.user(), family.device()));
        assertThat(refresh(old)).describedAs("its answer was lost").isEqualTo(next);
        refresh(next);
    }

    /** Another server has turned the ring and used the new key; this one reads the ring seconds later. */
    @Test
    void asksToComeAgainForAKeyThatIsNotActiveHereYet() {
        String held = begin();
        KeyRing behind = ring;
        rotateKeys();
        KeyRing ahead = ring;
        String next = refresh(held);

        ring = behind;
        assertThat(refused(next)).isEqualTo("temporarily_unavailable");

        ring = ahead;
        refresh(next);
    }

    @Test
    void refusesTokensOfAKeyThatIsRevoked() {
        String held = begin();
        ring = ring.revoke(ring.active(KeyUse.REFRESH_TOKEN_AUTHENTICATION).id(), policy, vault, clock.instant());

        assertThat(refused(held)).isEqualTo("invalid_grant");
        assertThat(count("key_revoked")).isEqualTo(1);
    }

    @Test
    void refusesALoginThatWasRevoked() {
        Begun begun = families.begin(login());
        families.revoke(begun.familyId(), "the test says so");
        families.revoke(begun.familyId(), "and again");

        assertThat(refused(begun.refreshToken().getTokenValue())).isEqualTo("invalid_grant");
        assertThat(meters.counter("sipoauth.families.revoked", "kind", "code").count())
                .isEqualTo(1);
    }

    /** The store comes back without its last write, as after a failover. */
    @Test
    void goesOnAfterTheStoreLostAWrite() {
        Begun begun = families.begin(login());
        String first = begun.refreshToken().getTokenValue();
        String key = FamilyId.parse(begun.familyId()).key();
        Map<Object, Object> before = redis.template().opsForHash().entries(key);
        String second = refresh(first);
        redis.template().opsForHash().putAll(key, before);

        String third = refresh(second);

        clock.advance(Duration.ofMinutes(30));
        refresh(third);
        assertThat(count("fast_forwarded")).isEqualTo(1);
    }

    @Test
    void countsWhatBecameOfEveryRefresh() {
        String first = begin();
        refresh(first);
        refresh(first);
        refused("nonsense");

        assertThat(count("rotated")).isEqualTo(1);
        assertThat(count("repeated")).isEqualTo(1);
        assertThat(count("malformed")).isEqualTo(1);
    }

    private void rotateKeys() {
        clock.advance(policy.propagation());
        ring = ring.activate(KeyUse.REFRESH_TOKEN_AUTHENTICATION, policy, clock.instant());
    }

    private String begin() {
        return families.begin(login()).refreshToken().getTokenValue();
    }

    private StoredFamily find(Begun begun) {
        return store.find(FamilyId.parse(begun.familyId())).orElseThrow();
    }

    private Login login() {
        return new Login(client, "alice", Optional.of("CSFALICE"), Set.of("sip.register"), Optional.empty());
    }

    private String refresh(String token) {
        return present(token).getRefreshToken().getTokenValue();
    }

    private OAuth2AccessTokenAuthenticationToken present(String token) {
        return (OAuth2AccessTokenAuthenticationToken) grant.authenticate(new OAuth2RefreshTokenAuthenticationToken(
                token,
                new OAuth2ClientAuthenticationToken(client, ClientAuthenticationMethod.NONE, null),
                Set.of(),
                Map.of()));
    }

    private String refused(String token) {
        GrantRefused[] refused = new GrantRefused[1];
        assertThatThrownBy(() -> present(token))
                .isInstanceOfSatisfying(GrantRefused.class, refusal -> refused[0] = refusal);
        assertThat(refused[0].refusal().toString()).doesNotContain(token);
        assertThat(refused[0].refusal().advice())
                .describedAs("advice on %s", refused[0].refusal().outcome())
                .isNotBlank();
        return refused[0].getError().getErrorCode();
    }

    private double count(String outcome) {
        return meters.counter("sipoauth.refreshes", "outcome", outcome).count();
    }
}
