package org.sipoauth.authz.demo;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.sipoauth.authz.client.MachineSecretEncoder;
import org.sipoauth.authz.client.Scopes;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.redis.WriteNotConfirmed;
import org.sipoauth.authz.settings.DataDirectory;
import org.sipoauth.authz.settings.SecretsFile;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.subscriber.Account.Kind;
import org.sipoauth.authz.subscriber.Accounts;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;

@Configuration(proxyBeanMethods = false)
@Profile("demo")
class DemoConfiguration {
    private static final List<String> SUBSCRIBERS =
            List.of("alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy");
    private static final int FIRST_NUMBER = 1001;

    /**
     * Ten subscribers, each with a softphone and a desk phone: alice has CSFALICE, SEP00005E005301 and 1001, bob CSFBOB,
     * SEP00005E005302 and 1002, and so on.
     */
    @Bean
    ApplicationRunner demoSubscribers(DataDirectory data, Accounts accounts, Devices devices) {
        return arguments -> {
            SecretsFile passwords = SecretsFile.open(data, "demo-passwords.txt", SUBSCRIBERS, 128);
            for (Map.Entry<String, String> subscriber : passwords.secrets().entrySet()) {
                write(() -> {
                    boolean created =
                            accounts.create(subscriber.getKey(), Kind.SUBSCRIBER, subscriber.getValue(), false);
                    if (!created && passwords.fresh()) { // the old file is lost: what is in this one shall hold
                        accounts.changePassword(subscriber.getKey(), subscriber.getValue());
                    }
                });
            }
            for (int i = 0; i < SUBSCRIBERS.size(); i++) {
                for (Device device : List.of(
                        softphone(SUBSCRIBERS.get(i), FIRST_NUMBER + i),
                        deskPhone(SUBSCRIBERS.get(i), i + 1, FIRST_NUMBER + i))) {
                    if (devices.find(device.name()).isEmpty()) { // what an administrator has made of it stays
                        write(() -> devices.save(device));
                    }
                }
            }
        };
    }

    /** What no replica has confirmed is made all the same; what a failover loses of it, the next start makes anew. */
    private static void write(Runnable write) {
        try {
            write.run();
        } catch (WriteNotConfirmed made) {
            // it is there
        }
    }

    @Bean
    Settings.Client demoService(DataDirectory data) {
        String id = "demo-service";
        String secret = SecretsFile.open(data, "demo-clients.txt", List.of(id), 256)
                .secrets()
                .get(id);
        return new Settings.Client(
                id,
                new MachineSecretEncoder().encode(secret),
                List.of("client_credentials"),
                List.of(Scopes.REGISTER),
                List.of(),
                false,
                null);
    }

    private static Device softphone(String owner, int number) {
        return new Device("CSF" + owner.toUpperCase(Locale.ROOT), owner, List.of("sip:" + number + "@example.com"));
    }

    /** Named by an address that is set aside for documentation (RFC 9542). */
    private static Device deskPhone(String owner, int index, int number) {
        return new Device("SEP00005E0053%02X".formatted(index), owner, List.of("sip:" + number + "@example.com"));
    }
}
