package org.sipoauth.authz.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.validation.DirectFieldBindingResult;
import org.springframework.validation.Errors;

/** What is wrong with settings is told by name, all of it at once. */
class SettingsRulesTest {
    private static final Map<String, String> RIGHT = Map.ofEntries(
            Map.entry("audience", "sip:example.com"),
            Map.entry("redis.confirm-replicas", "10"),
            Map.entry("mutual-tls.port", "65535"),
            Map.entry("keys.hsm.library", "hsm.so"),
            Map.entry("keys.hsm.slot", "0"),
            Map.entry("keys.hsm.pin-file", "pin"),
            Map.entry("manufacturers[0].name", "maker"),
            Map.entry("manufacturers[0].authorities", "maker.pem"),
            Map.entry("manufacturers[0].common-name", "(SEP.*)"),
            Map.entry("provisioning.nodes[0].name", "node1"),
            Map.entry("provisioning.nodes[0].address", "192.0.2.1"),
            Map.entry("provisioning.nodes[0].sip-oauth-port", "1024"),
            Map.entry("provisioning.nodes[0].sip-mra-oauth-port", "49151"),
            Map.entry("clients[0].id", "portal"),
            Map.entry("ldap.urls", "ldaps://ldap.example.com"),
            Map.entry("ldap.bind-dn", "cn=search"),
            Map.entry("ldap.base-dn", "dc=example,dc=com"),
            Map.entry("openid-connect.issuer", "https://login.example.com"),
            Map.entry("openid-connect.client-id", "sip-oauth"));

    @Test
    void areKeptByWhatMayBeSet() {
        assertThat(wrong(Map.of())).isEmpty();
        assertThat(wrong("audience", "sip:example.com")).isEmpty(); // the defaults
    }

    @Test
    void nameEverythingThatIsMissing() {
        assertThat(wrong(
                        "ldap.urls",
                        "",
                        "openid-connect.timeout",
                        "1s",
                        "keys.hsm.slot",
                        "0",
                        "clients[0].scopes",
                        "a"))
                .contains("audience", "ldap.urls", "ldap.bindDn", "ldap.baseDn", "openidConnect.issuer")
                .contains("openidConnect.clientId", "keys.hsm.library", "keys.hsm.pinFile", "clients[0].id");
        assertThat(wrong("manufacturers[0].device-name", " ", "provisioning.nodes[0].sip-port", "1"))
                .contains("manufacturers[0].name", "manufacturers[0].authorities", "manufacturers[0].commonName")
                .contains("manufacturers[0].deviceName", "provisioning.nodes[0].name")
                .contains("provisioning.nodes[0].address");
    }

    @ParameterizedTest
    @CsvSource({
        "redis.confirm-replicas, redis.confirmReplicas, -1, 11",
        "mutual-tls.port, mutualTls.port, -1, 65536",
        "provisioning.port, provisioning.port, -1, 65536",
        "provisioning.nodes[0].sip-port, provisioning.nodes[0].sipPort, 0, 65536",
        "provisioning.nodes[0].secured-sip-port, provisioning.nodes[0].securedSipPort, 0, 65536",
        "provisioning.nodes[0].ethernet-phone-port, provisioning.nodes[0].ethernetPhonePort, 0, 65536",
        "provisioning.nodes[0].sip-oauth-port, provisioning.nodes[0].sipOauthPort, 1023, 49152",
        "provisioning.nodes[0].sip-mra-oauth-port, provisioning.nodes[0].sipMraOauthPort, 1023, 49152",
        "ldap.connections, ldap.connections, 0, 101"
    })
    void nameWhatIsOutOfItsRange(String property, String name, String below, String above) {
        assertThat(wrong(Map.of(property, below))).containsExactly(name);
        assertThat(wrong(Map.of(property, above))).containsExactly(name);
    }

    @ParameterizedTest
    @CsvSource({
        "keys.algorithm, keys.algorithm",
        "provisioning.realm, provisioning.realm",
        "ldap.user-filter, ldap.userFilter",
        "ldap.name-attribute, ldap.nameAttribute",
        "openid-connect.name-claim, openidConnect.nameClaim",
        "openid-connect.button, openidConnect.button"
    })
    void nameWhatSaysNothing(String property, String name) {
        assertThat(wrong(Map.of(property, " "))).containsExactly(name);
    }

    private static List<String> wrong(Map<String, String> changes) {
        Map<String, String> options = new HashMap<>(RIGHT);
        options.putAll(changes);
        return check(options);
    }

    private static List<String> wrong(String... only) {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i < only.length; i += 2) {
            options.put(only[i], only[i + 1]);
        }
        return check(options);
    }

    private static List<String> check(Map<String, String> options) {
        Map<String, String> properties = new HashMap<>();
        options.forEach((name, value) -> properties.put("sipoauth." + name, value));
        Settings settings = new Binder(new MapConfigurationPropertySource(properties))
                .bind("sipoauth", Settings.class)
                .get();
        Errors errors = new DirectFieldBindingResult(settings, "sipoauth");
        new SettingsRules().validate(settings, errors);
        return errors.getFieldErrors().stream().map(error -> error.getField()).toList();
    }
}
