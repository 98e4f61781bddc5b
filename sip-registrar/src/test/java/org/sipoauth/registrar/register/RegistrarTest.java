package org.sipoauth.registrar.register;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.registrar.TestTokens;
import org.sipoauth.registrar.bearer.BearerGate;
import org.sipoauth.registrar.bearer.HeaderPair;
import org.sipoauth.registrar.location.Binding;
import org.sipoauth.registrar.location.InMemoryLocation;
import org.sipoauth.registrar.location.Location;
import org.sipoauth.registrar.register.Arrival.Port;
import org.sipoauth.registrar.sip.Contact;
import org.sipoauth.registrar.sip.Headers;
import org.sipoauth.registrar.sip.SipRequest;
import org.sipoauth.registrar.sip.SipResponse;
import org.sipoauth.verifier.Expectations;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.keys.KeySnapshot;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.sip.BearerChallenge;
import org.sipoauth.verifier.status.StatusReference;
import org.sipoauth.verifier.status.StatusSnapshot;

class RegistrarTest implements RegistrationEvents {
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final String AOR = "sip:1001@example.com";
    private static final String LIST = "https://as.example.com/oauth2/status-lists/s17.685.0";
    private static final String CONTACT = "<sip:1001@192.0.2.4:40000;transport=tls>";
    private static final String INSTANCE = ";+sip.instance=\"<urn:uuid:1>\"";
    private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.4", 40000);
    private static final Arrival ON_PREMISES =
            new Arrival(Port.OAUTH, true, PEER, Optional.empty(), Optional.empty(), "1");

    private final InMemoryLocation location = new InMemoryLocation(12);
    private Location asked = location;
    private final List<Refusal> refusals = new ArrayList<>();
    private final List<RefusedRequest> told = new ArrayList<>();
    private int accepted;
    private int revoked;
    private Instant now = START;
    private KeySource keys = KeySource.fixed(TestTokens.jwkSet());
    private StatusSnapshot statuses = StatusSnapshot.none();
    private Optional<String> trouble = Optional.empty();
    private RegistrarPolicy policy = policy(true, Set.of());
    private HeaderPair challenge = HeaderPair.PROXY;

    @Override
    public void accepted() {
        accepted++;
    }

    @Override
    public void challenged() {
        refusals.add(Refusal.CHALLENGED);
    }

    @Override
    public void refused(RefusedRequest request) {
        refusals.add(request.refusal());
        told.add(request);
    }

    @Override
    public void revoked() {
        revoked++;
    }

    private static RegistrarPolicy policy(boolean oauthMode, Set<String> devicesWithoutOAuth) {
        return new RegistrarPolicy(
                () -> oauthMode,
                devicesWithoutOAuth,
                "node1",
                Duration.ofSeconds(120),
                Duration.ofSeconds(10),
                3,
                Duration.ofSeconds(300));
    }

    @Nested
    class Grants {
        @Test
        void asManyNewContactsAsAllowedBesideTheRemovalOfAsManyOld() {
            String old = "<sip:a@192.0.2.1>, <sip:b@192.0.2.1>, <sip:c@192.0.2.1>";
            answer(register().with("Contact", old));

            SipResponse response = answer(register()
                    .cseq(2)
                    .with("Contact", "<sip:d@192.0.2.1>, <sip:e@192.0.2.1>, <sip:f@192.0.2.1>")
                    .with("Contact", old.replace(">", ">;expires=0")));

            assertThat(response.contacts())
                    .map(Contact::uri)
                    .containsExactly("sip:d@192.0.2.1", "sip:e@192.0.2.1", "sip:f@192.0.2.1");
        }

        @Test
        void registersContactForAtMostTheLongestExpiry() {
            SipResponse response = answer(register().with("Contact", CONTACT).with("Expires", "3600"));

            assertThat(response.status()).isEqualTo(200);
            assertThat(response.contacts()).singleElement().satisfies(contact -> {
                assertThat(contact.uri()).isEqualTo("sip:1001@192.0.2.4:40000;transport=tls");
                assertThat(contact.expiresSeconds()).hasValue(120);
            });
            assertThat(response.expiresSeconds()).contains(120L);
            assertThat(response.headers().first("Date")).contains("Sun, 01 Mar 2026 12:00:00 GMT");
            assertThat(response.to().tag()).isPresent();
            assertThat(accepted).isOne();
            assertThat(bindings()).singleElement().satisfies(binding -> {
                assertThat(binding.deviceName()).contains("CSFALICE");
                assertThat(binding.expiresAt()).isEqualTo(START.plusSeconds(120));
            });
        }

        @Test
        void neverLongerThanTheTokenLives() {
            SipResponse response = answer(register(TestTokens.valid(now).with("exp", now.plusSeconds(42)))
                    .with("Contact", CONTACT));

            assertThat(response.expiresSeconds()).contains(42L);
            assertThat(bindings())
                    .singleElement()
                    .satisfies(binding -> assertThat(binding.expiresAt()).isEqualTo(START.plusSeconds(42)));
        }

        @Test
        void wholeSecondsWhateverTheFractionOfOurClock() {
            now = START.plusNanos(1_999_999);

            assertThat(answer(register().with("Contact", CONTACT)).expiresSeconds())
                    .contains(120L);
            assertThat(bindings())
                    .singleElement()
                    .satisfies(binding -> assertThat(binding.expiresAt())
                            .isEqualTo(START.plusSeconds(120).plusMillis(1)));
        }

        @Test
        void asShortAsAsked() {
            assertThat(answer(register()
                                    .with("Contact", CONTACT + ";expires=30")
                                    .with("Expires", "100"))
                            .expiresSeconds())
                    .contains(30L);
        }

        @Test
        void acceptsTheOtherDialectAndTheOtherHeader() {
            String token = TestTokens.valid(now).compact();

            assertThat(answer(anonymous()
                                    .with("Authorization", "Bearer " + token)
                                    .with("Contact", CONTACT))
                            .status())
                    .isEqualTo(200);
            assertThat(answer(anonymous()
                                    .cseq(2)
                                    .with("Authorization", "Bearer " + token + ", realm=\"ccmsipline\"")
                                    .with("Contact", CONTACT))
                            .status())
                    .isEqualTo(200);
        }

        @Test
        void picksTheBearerAmongSeveralCredentials() {
            SipResponse response = answer(anonymous()
                    .with("Authorization", "Digest username=\"a\", realm=\"b\", nonce=\"c\", uri=\"d\", response=\"e\"")
                    .with("Proxy-Authorization", "Bearer")
                    .with("Authorization", "Bearer " + TestTokens.valid(now).compact())
                    .with("Contact", CONTACT));

            assertThat(response.status()).isEqualTo(200);
        }

        @ParameterizedTest
        @ValueSource(strings = {"sip:1001@10.10.10.1", "sip:1001@EXAMPLE.com:5090", "sip:%31001@node1;user=phone"})
        void mapsTheHostsWeServeToTheDomain(String to) {
            assertThat(answer(register().addressedTo(to).with("Contact", CONTACT))
                            .status())
                    .isEqualTo(200);
            assertThat(bindings()).hasSize(1);
        }

        @Test
        void listsAllBindingsWithWhatIsLeftOfThem() {
            answer(register().with("Contact", CONTACT));
            now = now.plusSeconds(50);
            answer(register().callId("other").with("Contact", "<sip:1001@192.0.2.5>;q=0.5"));
            SipResponse response = answer(register());

            assertThat(response.contacts())
                    .extracting(contact -> contact.expiresSeconds().orElseThrow())
                    .containsExactly(70L, 120L);
            assertThat(response.headers().has("Expires")).isFalse();
        }

        @Test
        void removesOneContactOrAll() {
            answer(register().with("Contact", CONTACT).with("Contact", "<sip:1001@192.0.2.5>"));
            assertThat(answer(register().cseq(2).with("Contact", CONTACT + ";expires=0"))
                            .contacts())
                    .singleElement()
                    .satisfies(contact -> assertThat(contact.uri()).isEqualTo("sip:1001@192.0.2.5"));
            SipResponse response =
                    answer(register().cseq(3).with("Contact", "*").with("Expires", "0"));

            assertThat(response.status()).isEqualTo(200);
            assertThat(response.contacts()).isEmpty();
            assertThat(location.size()).isZero();
        }

        @Test
        void replacesContactWithAnEquivalentUri() {
            answer(register().with("Contact", "<sip:1001@192.0.2.4:40000;transport=TLS>"));
            answer(register().cseq(2).with("Contact", "<sip:%31001@192.0.2.4:40000;transport=tls;x=y>"));

            assertThat(bindings()).hasSize(1);
        }

        @Test
        void replacesTheFlowOfTheSameInstance() {
            String instance = ";reg-id=1;+sip.instance=\"<urn:uuid:1>\"";
            answer(register().with("Contact", CONTACT + instance));
            answer(register().callId("after restart").callId("b").with("Contact", "<sip:1001@192.0.2.9>" + instance));

            assertThat(bindings())
                    .singleElement()
                    .satisfies(binding -> assertThat(binding.contact().uri()).isEqualTo("sip:1001@192.0.2.9"));
        }

        @Test
        void keepsInMindOverWhichConnectionAFlowEndsHere() {
            Arrival later = new Arrival(Port.OAUTH, true, PEER, Optional.empty(), Optional.empty(), "2");
            answer(register().with("Contact", CONTACT + INSTANCE + ";reg-id=1"));
            assertThat(bindings()).extracting(Binding::flow).containsExactly(Optional.of("node1/1"));

            response(register().callId("b").with("Contact", CONTACT + INSTANCE + ";reg-id=1"), later);
            answer(register().callId("c").with("Contact", "<sip:no-flow@192.0.2.9>"));
            assertThat(bindings()).extracting(Binding::flow).containsExactly(Optional.of("node1/2"), Optional.empty());
        }

        @Test
        void keepsTheFlowsOfAnInstanceApartWhateverTheirUri() {
            answer(register().with("Contact", CONTACT + INSTANCE + ";reg-id=1"));
            answer(register().callId("b").with("Contact", CONTACT + INSTANCE + ";reg-id=02"));
            answer(register().callId("c").with("Contact", CONTACT));
            assertThat(bindings())
                    .extracting(binding -> binding.contact().regId().orElse("-"))
                    .containsExactly("1", "2", "-");

            answer(register().callId("d").with("Contact", "<sip:new@192.0.2.9>" + INSTANCE + ";reg-id=2;expires=0"));
            assertThat(bindings())
                    .extracting(binding -> binding.contact().regId().orElse("-"))
                    .containsExactly("1", "-");
        }

        @Test
        void tellsAPhoneOnItsOwnFlowHowOftenToShowThatItIsAlive() {
            SipResponse response = answer(
                    register().with("Supported", "path, outbound").with("Contact", CONTACT + INSTANCE + ";reg-id=1"));

            assertThat(response.status()).isEqualTo(200);
            assertThat(response.headers().all("Require")).containsExactly("outbound");
            assertThat(response.headers().all("Flow-Timer")).containsExactly("300");
        }

        @Test
        void keepsTheFlowThatAnEdgeKeeps() {
            SipResponse response = answer(register()
                    .through("SIP/2.0/TLS edge.example.com;branch=z9hG4bK2")
                    .with("Require", "outbound")
                    .with("Path", "<sip:inner.example.com;lr>, <sip:f1@edge.example.com;lr;ob>")
                    .with("Contact", CONTACT + INSTANCE + ";reg-id=1"));

            assertThat(response.status()).isEqualTo(200);
            assertThat(response.headers().all("Require")).containsExactly("outbound");
            assertThat(response.headers().has("Flow-Timer")).isFalse();
            assertThat(bindings())
                    .singleElement()
                    .satisfies(binding -> assertThat(binding.contact().isFlow()).isTrue());
        }

        @Test
        void saysNothingOfFlowsWhereThePhoneDoesNot() {
            for (String contact : List.of(CONTACT, CONTACT + INSTANCE, CONTACT + ";reg-id=1")) {
                SipResponse response = answer(register()
                        .callId("c" + contact.hashCode())
                        .with("Supported", "outbound")
                        .with("Contact", contact));
                assertThat(response.status()).isEqualTo(200);
                assertThat(response.headers().has("Require")).isFalse();
            }
            assertThat(answer(register().callId("old").with("Contact", CONTACT + INSTANCE + ";reg-id=1"))
                            .headers()
                            .has("Require"))
                    .isFalse();
        }

        /** The phone does not rely on it: an old edge must not keep it out. */
        @Test
        void passesOverTheFlowWhereTheFirstHopDoesNotKeepIt() {
            answer(register()
                    .through("SIP/2.0/TLS edge.example.com;branch=z9hG4bK2")
                    .with("Path", "<sip:f1@edge.example.com;lr>")
                    .with("Contact", CONTACT + INSTANCE + ";reg-id=1"));

            assertThat(bindings())
                    .singleElement()
                    .satisfies(binding -> assertThat(binding.contact().regId()).isEmpty());
        }

        @Test
        void bindingEndsAtItsExpiryAndNoSooner() {
            answer(register().with("Contact", CONTACT));
            now = START.plusSeconds(120).minusNanos(1);
            assertThat(answer(register().callId("c")).contacts()).hasSize(1);
            now = START.plusSeconds(120);
            assertThat(answer(register().callId("c")).contacts()).isEmpty();
        }

        @Test
        void keepsPathAndGivesItBack() {
            SipResponse response = answer(register()
                    .with("Supported", "path")
                    .with("Path", "<sip:edge.example.com;lr>")
                    .with("Contact", CONTACT));

            assertThat(response.headers().all("Path")).containsExactly("<sip:edge.example.com;lr>");
            assertThat(bindings())
                    .singleElement()
                    .satisfies(binding -> assertThat(binding.path()).containsExactly("<sip:edge.example.com;lr>"));
        }

        @Test
        void answersOptionsWithoutCredentialsAndIgnoresAck() {
            SipResponse response = answer(anonymous().method("OPTIONS"));

            assertThat(response.status()).isEqualTo(200);
            assertThat(response.headers().elements("Allow")).containsExactly("REGISTER", "OPTIONS");
            assertThat(response.headers().elements("Accept")).containsExactly("*/*");
            assertThat(response.headers().elements("Supported")).containsExactly("path", "outbound");
            assertThat(registrar().answer(anonymous().method("ACK").build(), ON_PREMISES))
                    .isCompletedWithValue(new Answer(Optional.empty(), false, Optional.empty()));
        }
    }

    @Nested
    class Challenges {
        @Test
        void asksForATokenInTheConfiguredPair() {
            SipResponse proxy = refused(anonymous(), 407, Refusal.CHALLENGED);
            assertThat(proxy.headers().all("Proxy-Authenticate"))
                    .containsExactly("Bearer realm=\"ccmsipline\", authz_server=\"https://as.example.com\"");

            challenge = HeaderPair.USER;
            SipResponse user = refused(anonymous(), 401, Refusal.CHALLENGED);
            assertThat(user.headers().has("WWW-Authenticate")).isTrue();
            assertThat(user.headers().has("Proxy-Authenticate")).isFalse();
        }

        @Test
        void rejectsTokenInThePairThatTheRequestUsed() {
            String expired = TestTokens.valid(now)
                    .with("exp", now.minusSeconds(60))
                    .with("iat", now.minusSeconds(600))
                    .compact();

            assertThat(refused(anonymous().with("Authorization", "Bearer " + expired), 401, Refusal.TOKEN_EXPIRED)
                            .headers()
                            .first("WWW-Authenticate"))
                    .hasValueSatisfying(value -> assertThat(value).contains("error=\"invalid_token\""));
            assertThat(refused(
                                    anonymous().with("Proxy-Authorization", "Bearer token=\"" + expired + "\""),
                                    407,
                                    Refusal.TOKEN_EXPIRED)
                            .headers()
                            .first("Proxy-Authenticate"))
                    .hasValueSatisfying(value -> assertThat(value).contains("error=\"invalid_token\""));
        }

        @Test
        void namesTheCauseOfEveryRejection() {
            TestTokens token = TestTokens.valid(now);
            refused(register(token.with("aud", "sip:other.example")), 407, Refusal.TOKEN_WRONG_AUDIENCE);
            refused(register(TestTokens.valid(now).with("iss", "https://b.example")), 407, Refusal.TOKEN_WRONG_ISSUER);
            refused(register(TestTokens.valid(now).without("jti")), 407, Refusal.TOKEN_MISSING_CLAIM);
            refused(register(TestTokens.valid(now).signedByUnknownKey()), 407, Refusal.TOKEN_UNKNOWN_KEY);
            refused(anonymous().with("Proxy-Authorization", "Bearer token=\"x.y.z\""), 407, Refusal.TOKEN_MALFORMED);
            refused(anonymous().with("Proxy-Authorization", "Bearer nonsense=="), 407, Refusal.TOKEN_MALFORMED);
            refused(anonymous().with("Proxy-Authorization", "Bearer"), 407, Refusal.TOKEN_MALFORMED);
        }

        @Test
        void takesNoTokenInItsLastSecondWhateverTheTolerance() {
            TestTokens ending = TestTokens.valid(now).with("exp", now.plusSeconds(1));
            assertThat(answer(register(ending).with("Contact", CONTACT)).expiresSeconds())
                    .contains(1L);
            refused(
                    register(TestTokens.valid(now).with("exp", now)).callId("b").with("Contact", CONTACT),
                    407,
                    Refusal.TOKEN_EXPIRED);
        }

        @Test
        void asksForAnotherTokenWhereTheLoginWasRevoked() {
            statuses = statuses(now, 8);
            SipResponse response =
                    refused(register(TestTokens.valid(now).withStatus(LIST, 8)), 407, Refusal.TOKEN_REVOKED);
            assertThat(response.headers().first("Proxy-Authenticate").orElseThrow())
                    .contains("error=\"invalid_token\"");
            assertThat(answer(register(TestTokens.valid(now).withStatus(LIST, 7)))
                            .status())
                    .isEqualTo(200);
        }

        @Test
        void asksThePhoneToComeAgainWhereTheListsCannotTell() {
            statuses = StatusSnapshot.none();
            assertThat(refused(register(TestTokens.valid(now).withStatus(LIST, 7)), 500, Refusal.STATUS_TOO_OLD)
                            .headers()
                            .first("Retry-After"))
                    .contains("5");
            assertThat(answer(register()).status()).isEqualTo(200); // without status
        }

        @Test
        void tellsWhoAsksByOptionsWhatARegisterWouldGetAndCountsNoPhoneForIt() {
            trouble = Optional.of("LOCATION_AWAY");
            SipResponse response = answer(anonymous().method("OPTIONS"));
            assertThat(response.status()).isEqualTo(500);
            assertThat(response.headers().first("Retry-After")).contains("5");
            assertThat(refusals).isEmpty();

            trouble = Optional.empty();
            assertThat(answer(anonymous().method("OPTIONS")).status()).isEqualTo(200);
        }

        @Test
        void endsBindingsOfRevokedLoginsAndNoOthers() {
            statuses = statuses(now);
            answer(register(TestTokens.valid(now).withStatus(LIST, 8)).with("Contact", CONTACT));
            answer(register(TestTokens.valid(now).withStatus(LIST, 7)).with("Contact", "<sip:1001@192.0.2.5:5061>"));
            answer(register().with("Contact", "<sip:1001@192.0.2.6:5061>"));
            assertThat(bindings()).hasSize(3);
            registrar().endRevoked();
            assertThat(bindings()).hasSize(3);

            statuses = statuses(now, 8);
            registrar().endRevoked();

            assertThat(bindings())
                    .extracting(binding -> binding.contact().uri())
                    .containsExactly("sip:1001@192.0.2.5:5061", "sip:1001@192.0.2.6:5061");
            assertThat(location.size()).isEqualTo(2);
            assertThat(revoked).isOne();
        }

        @Test
        void endsThemLaterWhereTheLocationIsAwayMeanwhile() {
            Away away = awayWithOneRevoked();
            Registrar registrar = registrar();

            registrar.endRevoked();
            now = now.plusSeconds(1);
            registrar.endRevokedLeft();
            assertThat(bindings()).hasSize(1);
            assertThat(away.asked).as("while it is away").isOne();

            away.usable = true;
            away.removes = true;
            registrar.endRevokedLeft();
            assertThat(bindings()).isEmpty();
            assertThat(revoked).isOne();
            now = now.plusSeconds(1);
            registrar.endRevokedLeft();
            assertThat(away.asked).as("with nothing left").isEqualTo(2);
        }

        @Test
        void triesEverLessOftenToEndWhatCannotBeRemovedUntilTheListsChange() {
            Away away = awayWithOneRevoked();
            away.usable = true;
            Registrar registrar = registrar();

            registrar.endRevoked();
            assertThat(secondsOfLooks(registrar, away, 100)).containsExactly(1, 3, 7, 15, 31, 61, 91);
            registrar.endRevoked();
            assertThat(secondsOfLooks(registrar, away, 5)).containsExactly(1, 3);
        }

        private List<Integer> secondsOfLooks(Registrar registrar, Away away, int seconds) {
            List<Integer> looks = new ArrayList<>();
            for (int second = 1; second <= seconds; second++) {
                now = now.plusSeconds(1);
                int before = away.asked;
                registrar.endRevokedLeft();
                if (away.asked > before) {
                    looks.add(second);
                }
            }
            return looks;
        }

        private Away awayWithOneRevoked() {
            statuses = statuses(now, 8);
            Binding left = new Binding(
                    AOR,
                    Contact.parse(CONTACT),
                    Optional.empty(),
                    "call",
                    1,
                    now.plusSeconds(600),
                    List.of(),
                    Optional.of(new StatusReference(LIST, 8)),
                    Optional.empty());
            location.update(AOR, now, before -> List.of(left));
            Away away = new Away();
            asked = away;
            return away;
        }

        /** The location in memory, behind a network. */
        private final class Away extends Elsewhere {
            private boolean usable;
            private boolean removes;
            private int asked;

            @Override
            public List<Binding> remove(Predicate<Binding> unwanted, Instant when) {
                asked++;
                return removes ? location.remove(unwanted, when) : List.of();
            }

            @Override
            public boolean isUsable() {
                return usable;
            }
        }

        @Test
        void ourOwnTroubleIsNotThePhones() {
            KeySnapshot old =
                    KeySnapshot.parse(TestTokens.jwkSet(), now.minusSeconds(61)).tooOldAfter(Duration.ofSeconds(60));
            keys = () -> old;
            assertThat(refused(register(), 500, Refusal.KEYS_TOO_OLD).headers().first("Retry-After"))
                    .contains("5");

            keys = new KeySource() {
                @Override
                public KeySnapshot current() {
                    return KeySnapshot.parse(TestTokens.jwkSet(), now);
                }

                @Override
                public boolean refreshing() {
                    return true;
                }
            };
            assertThat(refused(register(TestTokens.valid(now).signedByUnknownKey()), 500, Refusal.TOKEN_UNKNOWN_KEY)
                            .headers()
                            .first("Retry-After"))
                    .contains("5");
        }
    }

    @Nested
    class Refuses {
        @Test
        void whatCameToTheWrongPort() {
            requireMismatch(
                    new Arrival(Port.OAUTH, false, PEER, Optional.empty(), Optional.empty(), "1"), Refusal.NOT_TLS);
            requireMismatch(
                    new Arrival(Port.MRA, true, PEER, Optional.empty(), Optional.empty(), "1"),
                    Refusal.MRA_WITHOUT_EDGE);
            policy = policy(true, Set.of("CSFALICE"));
            requireMismatch(ON_PREMISES, Refusal.DEVICE_OAUTH_DISABLED);
            policy = policy(false, Set.of());
            requireMismatch(ON_PREMISES, Refusal.MODE_DISABLED);
        }

        private void requireMismatch(Arrival arrival, Refusal cause) {
            SipResponse response = response(register().with("Contact", CONTACT), arrival);

            assertThat(response.status()).isEqualTo(403);
            assertThat(response.reason()).isEqualTo("Forbidden");
            assertThat(response.headers().all("Retry-After")).containsExactly("35");
            assertThat(response.headers().all("Warning"))
                    .containsExactly("399 node1 \"SIP OAuth Registration port Mismatch\"");
            assertThat(refusals).last().isEqualTo(cause);
        }

        @Test
        void namedDeviceWithoutOAuthBeforeItHasAToken() {
            policy = policy(true, Set.of("CSFALICE"));
            refused(
                    anonymous().with("Contact", CONTACT + ";+u.sip!devicename.ccm.cisco.com=\"CSFALICE\""),
                    403,
                    Refusal.DEVICE_OAUTH_DISABLED);
        }

        @Test
        void unknownExtensionBeforeAuthentication() {
            SipResponse response = refused(anonymous().with("Require", "gruu, path, x-y"), 420, Refusal.EXTENSION);

            assertThat(response.headers().elements("Unsupported")).containsExactly("gruu", "x-y");
        }

        @Test
        void otherMethodsSchemesAndDomains() {
            assertThat(refused(anonymous().method("INVITE"), 405, Refusal.METHOD)
                            .headers()
                            .elements("Allow"))
                    .contains("REGISTER");
            refused(anonymous().uri("tel:+12125551212"), 416, Refusal.URI_SCHEME);
            assertThat(refused(anonymous().method("FETCH"), 501, Refusal.METHOD)
                            .headers()
                            .elements("Allow"))
                    .contains("REGISTER");
            refused(anonymous().method("CANCEL"), 481, Refusal.NO_TRANSACTION);
            refused(anonymous().uri("sip:other.example"), 404, Refusal.DOMAIN);
            refused(
                    anonymous().method("OPTIONS").uri("sip:other.example").with("Max-Forwards", "0"),
                    483,
                    Refusal.TOO_MANY_HOPS);
            assertThat(answer(anonymous().method("OPTIONS").with("Max-Forwards", "0"))
                            .status())
                    .isEqualTo(200);
            refused(register().addressedTo("sip:1001@other.example"), 404, Refusal.DOMAIN);
            refused(register().addressedTo("sip:example.com"), 404, Refusal.DOMAIN);
            refused(register().addressedTo("tel:1001"), 404, Refusal.DOMAIN);
        }

        @Test
        void andTellsWhoAskedForWhatButNoCredential() {
            refused(
                    register().with("Contact", CONTACT + ";+u.sip!devicename.ccm.cisco.com=\"CSFBOB\""),
                    403,
                    Refusal.DEVICE);

            RefusedRequest last = told.get(told.size() - 1);
            assertThat(last.at()).isEqualTo(now);
            assertThat(last.method()).isEqualTo("REGISTER");
            assertThat(last.status()).isEqualTo(403);
            assertThat(last.to()).isEqualTo("sip:1001@example.com");
            assertThat(last.devices()).containsExactly("CSFBOB");
            assertThat(last.toString())
                    .startsWith("refused REGISTER with 403: device (token is for device")
                    .doesNotContain("Bearer", "eyJ");
        }

        @Test
        void whatTheTokenDoesNotAllow() {
            refused(register(TestTokens.valid(now).with("scope", "openid")), 403, Refusal.SCOPE);
            refused(register(TestTokens.valid(now).without("scope")), 403, Refusal.SCOPE);
            refused(register().addressedTo("sip:1002@example.com"), 403, Refusal.ADDRESS_OF_RECORD);
            refused(register().from("sip:1002@example.com"), 403, Refusal.THIRD_PARTY);
            refused(
                    register().with("Contact", CONTACT + ";+u.sip!devicename.ccm.cisco.com=\"CSFBOB\""),
                    403,
                    Refusal.DEVICE);
            refused(
                    register(TestTokens.valid(now)
                            .with("cnf", Map.of("x5t#S256", "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dgA"))),
                    403,
                    Refusal.CERTIFICATE_BINDING);
            assertThat(location.size()).isZero();
        }

        @Test
        void starWithoutExpiresZero() {
            answer(register().with("Contact", CONTACT));
            refused(register().cseq(2).with("Contact", "*"), 400, Refusal.CONTACT);
            refused(register().cseq(2).with("Contact", "*").with("Expires", "1"), 400, Refusal.CONTACT);

            assertThat(bindings()).hasSize(1);
        }

        @Test
        void intervalTooBrief() {
            SipResponse response = refused(register().with("Contact", CONTACT + ";expires=9"), 423, Refusal.TOO_BRIEF);

            assertThat(response.headers().first("Min-Expires")).contains("10");
            assertThat(answer(register().with("Contact", CONTACT + ";expires=10"))
                            .status())
                    .isEqualTo(200);
        }

        @Test
        void requestOutOfOrderWithinItsCallId() {
            answer(register().cseq(5).with("Contact", CONTACT));
            refused(register().cseq(5).with("Contact", CONTACT), 500, Refusal.OUT_OF_ORDER);
            refused(register().cseq(4).with("Contact", "*").with("Expires", "0"), 500, Refusal.OUT_OF_ORDER);
            assertThat(answer(register().callId("other").cseq(1).with("Contact", CONTACT))
                            .status())
                    .isEqualTo(200);
        }

        @Test
        void requestOutOfOrderForAnyOfItsContacts() {
            answer(register().cseq(1).with("Contact", "<sip:1001@192.0.2.4;x=1>"));
            answer(register().cseq(5).with("Contact", "<sip:1001@192.0.2.4;x=2>"));

            refused(
                    register().cseq(3).with("Contact", "<sip:1001@192.0.2.4>"),
                    500,
                    Refusal.OUT_OF_ORDER); // it is both
            assertThat(bindings()).hasSize(2);
        }

        @Test
        void flowThatTheFirstHopDoesNotKeep() {
            for (String path :
                    List.of("<sip:f1@edge.example.com;lr>", "<sip:in.example.com;lr;ob>,<sip:e.example.com>")) {
                refused(
                        register()
                                .through("SIP/2.0/TLS edge.example.com;branch=z9hG4bK2")
                                .with("Supported", "outbound")
                                .with("Path", path)
                                .with("Contact", CONTACT + INSTANCE + ";reg-id=1"),
                        439,
                        Refusal.FIRST_HOP);
            }
            refused(
                    register()
                            .through("SIP/2.0/TLS edge.example.com;branch=z9hG4bK2")
                            .with("Supported", "outbound")
                            .with("Contact", CONTACT + INSTANCE + ";reg-id=1"),
                    439,
                    Refusal.FIRST_HOP);
            assertThat(bindings()).isEmpty();
        }

        @Test
        void severalContactsOverOneFlow() {
            String flow = CONTACT + INSTANCE + ";reg-id=1";
            refused(register().with("Contact", flow + ", <sip:1001@192.0.2.5>"), 400, Refusal.CONTACT);
            assertThat(answer(register().with("Contact", flow + ", <sip:1001@192.0.2.5>;expires=0"))
                            .status())
                    .isEqualTo(200);
        }

        @Test
        void allOfARequestWhenOnePartFails() {
            answer(register().cseq(5).with("Contact", CONTACT));
            refused(
                    register().cseq(5).with("Contact", "<sip:1001@192.0.2.5>").with("Contact", CONTACT),
                    500,
                    Refusal.OUT_OF_ORDER);
            refused(
                    register().cseq(6).with("Contact", CONTACT + ";expires=0").with("Contact", "<sip:b@b>;expires=1"),
                    423,
                    Refusal.TOO_BRIEF);

            assertThat(bindings())
                    .singleElement()
                    .satisfies(binding -> assertThat(binding.cseq()).isEqualTo(5));
        }

        @Test
        void moreThanThereIsRoomFor() {
            String many = "<sip:a@192.0.2.1>, <sip:b@192.0.2.1>, <sip:c@192.0.2.1>";
            answer(register().with("Contact", many));
            refused(register().cseq(2).with("Contact", many + ", <sip:d@192.0.2.1>"), 403, Refusal.TOO_MANY_CONTACTS);
            assertThat(bindings()).hasSize(3);

            for (int user = 2; user <= 4; user++) {
                answer(registerOf(user).with("Contact", many));
            }
            refused(registerOf(5).with("Contact", CONTACT), 500, Refusal.LOCATION_FULL);
            now = now.plusSeconds(120);
            location.sweep(now);
            assertThat(answer(registerOf(5).with("Contact", CONTACT)).status()).isEqualTo(200);
        }

        @Test
        void contactOrPathThatIsTooLong() {
            refused(register().with("Contact", "<sip:" + "a".repeat(1024) + "@b>"), 400, Refusal.CONTACT);
            refused(register().with("Path", "<sip:" + "a".repeat(1024) + "@b;lr>"), 400, Refusal.CONTACT);
        }
    }

    @Test
    void contactsLeftBehindByTheSameDeviceMakeRoom() {
        for (int restart = 1; restart <= 5; restart++) {
            answer(register().callId("start-" + restart).with("Contact", "<sip:1001@192.0.2.4:" + restart + ">"));
        }

        assertThat(bindings())
                .extracting(binding -> binding.contact().uri())
                .containsExactly("sip:1001@192.0.2.4:3", "sip:1001@192.0.2.4:4", "sip:1001@192.0.2.4:5");
    }

    @Test
    void neverShowsTheTokenAndSurvivesItsOwnFaults() {
        keys = () -> {
            throw new IllegalStateException("broken source");
        };
        SipResponse response = refused(register(), 500, Refusal.INTERNAL);

        assertThat(response.headers().fields().toString()).doesNotContain("eyJ").doesNotContain("broken");
    }

    @Nested
    class WaitsForTheLocation {
        private final CompletableFuture<Runnable> answered = new CompletableFuture<>();

        @Test
        void andAnswersWhenItDoes() {
            asked = new Late();
            CompletionStage<Answer> answer =
                    registrar().answer(register().with("Contact", CONTACT).build(), ON_PREMISES);
            assertThat(answer).isNotCompleted();
            assertThat(accepted).isZero();

            answered.complete(() -> {});
            assertThat(answer)
                    .isCompletedWithValueMatching(late -> late.registered()
                            && late.response().orElseThrow().status() == 200
                            && late.response().orElseThrow().contacts().size() == 1);
            assertThat(accepted).isOne();
        }

        @Test
        void andRefusesWhatTheRulesRefuseThere() {
            answer(register().cseq(5).with("Contact", CONTACT));
            asked = new Late();
            CompletionStage<Answer> answer = registrar()
                    .answer(register().cseq(5).with("Contact", CONTACT).build(), ON_PREMISES);

            answered.complete(() -> {});
            assertThat(answer)
                    .isCompletedWithValueMatching(
                            late -> late.response().orElseThrow().status() == 500);
            assertThat(refusals).containsExactly(Refusal.OUT_OF_ORDER);
        }

        @Test
        void andSurvivesItsFaults() {
            asked = new Late();
            CompletionStage<Answer> answer =
                    registrar().answer(register().with("Contact", CONTACT).build(), ON_PREMISES);

            answered.complete(() -> {
                throw new IllegalStateException("broken location");
            });
            assertThat(answer)
                    .isCompletedWithValueMatching(
                            late -> late.response().orElseThrow().status() == 500);
            assertThat(refusals).containsExactly(Refusal.INTERNAL);
        }

        /** The location in memory, which answers when told. */
        private final class Late extends Elsewhere {
            @Override
            public CompletionStage<List<Binding>> update(
                    String addressOfRecord, Instant when, UnaryOperator<List<Binding>> rule) {
                return answered.thenCompose(fault -> {
                    fault.run();
                    return location.update(addressOfRecord, when, rule);
                });
            }
        }
    }

    /** The location in memory, as if it were not. */
    private class Elsewhere implements Location {
        @Override
        public CompletionStage<List<Binding>> update(
                String addressOfRecord, Instant when, UnaryOperator<List<Binding>> rule) {
            return location.update(addressOfRecord, when, rule);
        }

        @Override
        public List<Binding> all(Instant when) {
            return location.all(when);
        }

        @Override
        public List<Binding> remove(Predicate<Binding> unwanted, Instant when) {
            return location.remove(unwanted, when);
        }

        @Override
        public int size() {
            return location.size();
        }

        @Override
        public void sweep(Instant when) {
            location.sweep(when);
        }

        @Override
        public boolean isUsable() {
            return location.isUsable();
        }

        @Override
        public void close() {
            location.close();
        }
    }

    // ---- a small phone

    private final class Phone {
        private String method = "REGISTER";
        private String uri = "sip:10.10.10.1";
        private String to = AOR;
        private String from = AOR;
        private String callId = "a";
        private int cseq = 1;
        private Headers more = Headers.NONE;
        private final List<String> hops = new ArrayList<>(List.of("SIP/2.0/TLS 192.0.2.4:40000;branch=z9hG4bK1"));

        Phone method(String name) {
            method = name;
            return this;
        }

        Phone uri(String text) {
            uri = text;
            return this;
        }

        Phone addressedTo(String text) {
            to = text;
            from = text;
            return this;
        }

        Phone from(String text) {
            from = text;
            return this;
        }

        Phone callId(String text) {
            callId = text.replace(' ', '-');
            return this;
        }

        Phone cseq(int number) {
            cseq = number;
            return this;
        }

        Phone through(String via) {
            hops.add(0, via);
            return this;
        }

        Phone with(String name, String value) {
            more = more.plus(name, value);
            return this;
        }

        SipRequest build() {
            Headers headers = Headers.NONE
                    .plus("Via", String.join(", ", hops))
                    .plus("From", "<" + from + ">;tag=f")
                    .plus("To", "<" + to + ">")
                    .plus("Call-ID", callId)
                    .plus("CSeq", cseq + " " + method);
            for (Headers.Header field : more.fields()) {
                headers = headers.plus(field.name(), field.value());
            }
            return SipRequest.of(method, uri, headers);
        }
    }

    private Phone anonymous() {
        return new Phone();
    }

    private Phone register() {
        return register(TestTokens.valid(now));
    }

    private Phone register(TestTokens token) {
        return anonymous().with("Proxy-Authorization", "Bearer token=\"" + token.compact() + "\"");
    }

    private Phone registerOf(int user) {
        String aor = "sip:" + user + "@example.com";
        return register(TestTokens.valid(now).with("aor", List.of(aor)).with("device_name", "CSF" + user))
                .addressedTo(aor);
    }

    private StatusSnapshot statuses(Instant readAt, int... revokedIndexes) {
        return StatusSnapshot.verify(
                Map.of(LIST, TestTokens.statusList(LIST, readAt, revokedIndexes)), TestTokens.ISSUER, keys, readAt);
    }

    private Registrar registrar() {
        InstantSource clock = () -> now;
        TokenVerifier verifier = TokenVerifier.builder(
                        new Expectations(TestTokens.ISSUER, TestTokens.AUDIENCE, Duration.ofSeconds(30)), keys)
                .statuses(() -> statuses)
                .clock(clock)
                .build();
        BearerGate gate = new BearerGate(
                verifier, keys, challenge, BearerChallenge.ofRealm("ccmsipline").withAuthzServer(TestTokens.ISSUER));
        return new Registrar(
                policy,
                new ServedDomain("example.com", Set.of("10.10.10.1", "node1")),
                gate,
                asked,
                login -> statuses.isRevoked(login),
                () -> trouble,
                this,
                clock,
                new PeerLog());
    }

    private SipResponse response(Phone phone, Arrival arrival) {
        CompletionStage<Answer> answer = registrar().answer(phone.build(), arrival);
        assertThat(answer).as("at once, with bindings in memory").isCompleted();
        return answer.toCompletableFuture().join().response().orElseThrow();
    }

    private SipResponse answer(Phone phone) {
        return response(phone, ON_PREMISES);
    }

    private SipResponse refused(Phone phone, int status, Refusal cause) {
        SipResponse response = answer(phone);
        assertThat(response.status()).isEqualTo(status);
        assertThat(refusals).last().isEqualTo(cause);
        return response;
    }

    private List<Binding> bindings() {
        return location.all(now).stream()
                .filter(binding -> binding.addressOfRecord().equals(AOR))
                .toList();
    }
}
