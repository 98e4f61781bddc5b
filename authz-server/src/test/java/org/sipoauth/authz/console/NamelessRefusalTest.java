package org.sipoauth.authz.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sipoauth.authz.device.DeviceType;

class NamelessRefusalTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    private final List<Map<String, String>> records = new ArrayList<>();

    @ParameterizedTest
    @CsvSource({
        "refused, urn:ietf:params:oauth:grant-type:device_code, true, false",
        "refused, device_authorization, true, false",
        "refused, urn:sipoauth:params:oauth:grant-type:manufacturer-certificate, true, false",
        "refused, authorization_code, false, true",
        "refused, refresh_token, true, true",
        "refused, client_credentials, false, false",
        "configuration_refused, '', true, true",
        "sign_in_refused, '', true, true",
        "administration_refused, '', false, false",
        "issued, refresh_token, false, false"
    })
    void isOfAPhoneThatCouldHaveAskedSo(String event, String grant, boolean deskPhone, boolean softphone) {
        Map<String, String> record = Map.of("event", event, "grant", grant);

        assertThat(NamelessRefusal.isOne(record, DeviceType.DESK_PHONE)).isEqualTo(deskPhone);
        assertThat(NamelessRefusal.isOne(record, DeviceType.DESKTOP)).isEqualTo(softphone);
    }

    @ParameterizedTest
    @CsvSource({"device, CSFALICE", "user, alice"})
    void isNoneOfSomebodyKnown(String field, String name) {
        assertThat(NamelessRefusal.isOne(Map.of("event", "refused", field, name), DeviceType.DESKTOP))
                .isFalse();
    }

    @Test
    void isLikelyWhereTheDeviceNamedItselfOrWasBefore() {
        add(1, "outcome", "network", "address", "192.0.2.1");
        add(2, "outcome", "network", "address", "192.0.2.7");
        add(3, "outcome", "invalid_token", "address", "192.0.2.2", "named_device", "CSFALICE");
        add(4, "outcome", "invalid_token", "address", "192.0.2.7", "named_device", "CSFBOB");

        assertThat(NamelessRefusal.of(records, "CSFALICE", Set.of("192.0.2.7")))
                .extracting(NamelessRefusal::cause, NamelessRefusal::where, NamelessRefusal::likely)
                .containsExactly(
                        tuple("network", "a token request from 192.0.2.7", true),
                        tuple("invalid_token", "a token request from 192.0.2.2", true),
                        tuple("network", "a token request from 192.0.2.1", false));
    }

    @Test
    void isOneForAPhoneThatAsksAgainAndAgain() {
        add(1, "outcome", "network", "address", "2001:db8::1", "repeats", "40");
        add(2, "outcome", "network", "address", "2001:db8::2");

        assertThat(NamelessRefusal.of(records, "CSFALICE", Set.of()))
                .singleElement()
                .satisfies(refusal -> {
                    assertThat(refusal.at()).isEqualTo(NOW.minusSeconds(1));
                    assertThat(refusal.more()).isEqualTo(41);
                });
    }

    @Test
    void isAmongTheFewThatAreShown() {
        for (int i = 0; i < 100; i++) {
            add(i, "outcome", "network", "address", "192.0.2." + i);
        }

        assertThat(NamelessRefusal.of(records, "CSFALICE", Set.of("192.0.2.99")))
                .hasSize(5)
                .first()
                .satisfies(refusal -> assertThat(refusal.likely()).isTrue());
    }

    private void add(int secondsAgo, String... fields) {
        Map<String, String> record = new HashMap<>();
        record.put("event", "refused");
        record.put("at", NOW.minusSeconds(secondsAgo).toString());
        for (int i = 0; i < fields.length; i += 2) {
            record.put(fields[i], fields[i + 1]);
        }
        records.add(record);
    }
}
