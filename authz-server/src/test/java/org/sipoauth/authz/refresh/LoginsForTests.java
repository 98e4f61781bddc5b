package org.sipoauth.authz.refresh;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.dpop.DpopProofs;
import org.sipoauth.authz.grant.GrantRefused;
import org.sipoauth.authz.grant.LoginFamilies.Begun;
import org.sipoauth.authz.grant.LoginFamilies.Login;
import org.sipoauth.authz.manufacturer.PhoneCertificates;
import org.sipoauth.authz.redis.RedisForTests;
import org.sipoauth.authz.status.StatusReference;
import org.sipoauth.keys.KeyRing;
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

/** What a server does with logins, without the HTTP in front, and the phones that have them. */
final class LoginsForTests {
    static final RegisteredClient CLIENT = RegisteredClient.withId("softphone")
            .clientId("softphone")
            .clientAuthenticationMethod(ClientAuthenticationMethod.NONE)
            .authorizationGrantType(AuthorizationGrantType.REFRESH_TOKEN)
            .scope("sip.register")
            .tokenSettings(TokenSettings.builder()
                    .refreshTokenTimeToLive(Duration.ofDays(60))
                    .build())
            .build();

    final FamilyStore store;
    final Families families;

    private final RedisForTests.Running redis;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final RefreshGrant grant;

    LoginsForTests(RedisForTests.Running redis, Clock clock) {
        this.redis = redis;
        KeyRing ring = KeyRing.create(RotationPolicy.defaults(), KeyVault.inRing(), clock.instant());
        Audit audit = new Audit(clock, record -> {});
        store = new FamilyStore(redis.template(), redis.confirmedWrites(), Duration.ofHours(1));
        FamilyIndex index = new FamilyIndex(redis.template(), redis.confirmedWrites());
        families =
                new Families(store, index, cutoffs(redis), (client, begun) -> false, () -> ring, clock, audit, meters);
        grant = new RefreshGrant(
                store,
                families,
                () -> ring,
                new TokensForEverybody((client, login, proven, scopes) -> new OAuth2AccessToken(
                        OAuth2AccessToken.TokenType.BEARER,
                        "access",
                        clock.instant(),
                        clock.instant().plusSeconds(3600))),
                new DpopProofs(URI.create("https://localhost"), redis.template(), clock),
                (client, begun) -> false,
                PhoneCertificates.ofNobody(clock),
                clock,
                audit,
                meters);
    }

    static Cutoffs cutoffs(RedisForTests.Running redis) {
        return new Cutoffs(redis.template(), redis.confirmedWrites(), Duration.ofMinutes(20));
    }

    Phone begin(String user) {
        return new Phone(families.begin(
                new Login(CLIENT, user, Optional.of("CSF" + user), Set.of("sip.register"), Optional.empty())));
    }

    double count(String outcome) {
        return meters.counter("sipoauth.refreshes", "outcome", outcome).count();
    }

    /** A phone, or a thief: whoever holds a token of a login. */
    final class Phone {
        private final FamilyId family;
        private String token;

        private Phone(Begun begun) {
            this(FamilyId.parse(begun.familyId()), begun.refreshToken().getTokenValue());
        }

        private Phone(FamilyId family, String token) {
            this.family = family;
            this.token = token;
        }

        /** Somebody with the same token. */
        Phone copy() {
            return new Phone(family, token);
        }

        /** Sends its token, and gets no answer. */
        void refreshInVain() {
            copy().refresh();
        }

        /** @throws GrantRefused if the server does */
        void refresh() {
            var answer =
                    (OAuth2AccessTokenAuthenticationToken) grant.authenticate(new OAuth2RefreshTokenAuthenticationToken(
                            token,
                            new OAuth2ClientAuthenticationToken(CLIENT, ClientAuthenticationMethod.NONE, null),
                            Set.of(),
                            Map.of()));
            token = answer.getRefreshToken().getTokenValue();
        }

        /** @return false if the phone is told to sign in */
        boolean isRefreshed() {
            try {
                refresh();
                return true;
            } catch (GrantRefused e) {
                if (e.getError().getErrorCode().equals("invalid_grant")) {
                    return false;
                }
                throw e;
            }
        }

        /** Whether verifiers that know the status list refuse the login's access tokens. */
        boolean isRevokedInTheStatusList() {
            StatusReference status = store.find(family).orElseThrow().status();
            return Boolean.TRUE.equals(
                    redis.template().opsForValue().getBit(status.list().revokedKey(), status.index()));
        }
    }
}
