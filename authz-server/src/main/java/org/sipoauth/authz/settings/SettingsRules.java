package org.sipoauth.authz.settings;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.settings.Settings.Client;
import org.sipoauth.authz.settings.Settings.Hsm;
import org.sipoauth.authz.settings.Settings.Ldap;
import org.sipoauth.authz.settings.Settings.Manufacturer;
import org.sipoauth.authz.settings.Settings.Node;
import org.sipoauth.authz.settings.Settings.OpenidConnect;
import org.springframework.util.StringUtils;
import org.springframework.validation.Errors;
import org.springframework.validation.Validator;

/**
 * What each setting has to be by itself. All that is wrong is told at once, by name. Written out, as a Bean Validation
 * provider would be 700 classes, 5 MB of a server that is idle.
 */
final class SettingsRules implements Validator {

    @Override
    public boolean supports(Class<?> type) {
        return type == Settings.class;
    }

    @Override
    public void validate(Object target, Errors errors) {
        Settings settings = (Settings) target;
        Check check = new Check(errors);
        check.said(
                "audience",
                settings.audience(),
                "is required: name the SIP platform the tokens are for, such as sip:example.com");
        check.said("keys.algorithm", settings.keys().algorithm());
        check.within("redis.confirmReplicas", settings.redis().confirmReplicas(), 0, 10);
        check.within("redis.confirmConnections", settings.redis().confirmConnections(), 1, 256);
        check.within("requests.perSecond", settings.requests().perSecond(), 0, 1000);
        check.within("requests.burst", settings.requests().burst(), 1, 10_000_000);
        if (settings.audit().syslog() != null) {
            check.given(
                    "audit.syslog.address",
                    settings.audit().syslog().address(),
                    "is required: name the receiver, such as tls://syslog.example.com");
        }
        check.within("mutualTls.port", settings.mutualTls().port(), 0, 65535);
        Hsm hsm = settings.keys().hsm();
        if (hsm != null) {
            check.given("keys.hsm.library", hsm.library());
            check.given("keys.hsm.pinFile", hsm.pinFile());
        }
        each("manufacturers", settings.manufacturers(), check, SettingsRules::manufacturer);
        check.within("provisioning.port", settings.provisioning().port(), 0, 65535);
        check.said("provisioning.realm", settings.provisioning().realm());
        each("provisioning.nodes", settings.provisioning().nodes(), check, SettingsRules::node);
        each("clients", settings.clients(), check, SettingsRules::client);
        if (settings.ldap() != null) {
            directory(settings.ldap(), check);
        }
        if (settings.openidConnect() != null) {
            provider(settings.openidConnect(), check);
        }
    }

    private static void manufacturer(String name, Manufacturer manufacturer, Check check) {
        check.said(name + ".name", manufacturer.name());
        check.given(name + ".authorities", manufacturer.authorities());
        check.said(name + ".commonName", manufacturer.commonName());
        check.said(name + ".deviceName", manufacturer.deviceName());
    }

    private static void node(String name, Node node, Check check) {
        check.said(name + ".name", node.name());
        check.said(name + ".address", node.address());
        check.within(name + ".ethernetPhonePort", node.ethernetPhonePort(), 1, 65535);
        check.within(name + ".sipPort", node.sipPort(), 1, 65535);
        check.within(name + ".securedSipPort", node.securedSipPort(), 1, 65535);
        check.within(name + ".sipOauthPort", node.sipOauthPort(), 1024, 49151);
        check.within(name + ".sipMraOauthPort", node.sipMraOauthPort(), 1024, 49151);
    }

    private static void client(String name, Client client, Check check) {
        check.said(name + ".id", client.id());
    }

    private static void directory(Ldap ldap, Check check) {
        check.given(
                "ldap.urls",
                ldap.urls() == null || ldap.urls().isEmpty() ? null : ldap.urls(),
                "is required: name the directory, such as ldaps://ldap.example.com");
        check.said("ldap.bindDn", ldap.bindDn(), "is required: name the account that searches the directory");
        check.said(
                "ldap.baseDn",
                ldap.baseDn(),
                "is required: name the entry below which people are, such as dc=example,dc=com");
        check.said("ldap.userFilter", ldap.userFilter());
        check.said("ldap.nameAttribute", ldap.nameAttribute());
        check.within("ldap.connections", ldap.connections(), 1, 100);
        check.within("ldap.mostGonePercent", ldap.mostGonePercent(), 0, 100);
    }

    private static void provider(OpenidConnect provider, Check check) {
        check.given(
                "openidConnect.issuer",
                provider.issuer(),
                "is required: name the provider, such as https://login.example.com");
        check.said(
                "openidConnect.clientId",
                provider.clientId(),
                "is required: name the client as which this server is registered there");
        check.said("openidConnect.nameClaim", provider.nameClaim());
        check.said("openidConnect.button", provider.button());
    }

    private static <T> void each(String name, List<T> values, Check check, Rules<T> rules) {
        for (int i = 0; i < values.size(); i++) {
            rules.apply(name + "[" + i + "]", values.get(i), check);
        }
    }

    private interface Rules<T> {
        void apply(String name, T value, Check check);
    }

    private record Check(Errors errors) {

        void said(String name, @Nullable String value) {
            said(name, value, "is required");
        }

        void said(String name, @Nullable String value, String otherwise) {
            given(name, StringUtils.hasText(value) ? value : null, otherwise);
        }

        void given(String name, @Nullable Object value) {
            given(name, value, "is required");
        }

        void given(String name, @Nullable Object value, String otherwise) {
            if (value == null) {
                errors.rejectValue(name, "required", otherwise);
            }
        }

        void within(String name, @Nullable Integer value, int least, int most) {
            if (value != null && (value < least || value > most)) {
                errors.rejectValue(name, "range", "has to be " + least + " to " + most);
            }
        }
    }
}
