package org.sipoauth.authz.manufacturer;

import java.time.Clock;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.sipoauth.authz.client.DeskPhoneGrants;
import org.sipoauth.authz.deskphone.WayIn;
import org.sipoauth.authz.deskphone.WaysIn;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.grant.ExtensionGrantRequest;
import org.sipoauth.authz.grant.GrantFeature;
import org.sipoauth.authz.grant.LoginFamilies;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.StartupRefused;
import org.sipoauth.authz.throttle.SharedBuckets;
import org.sipoauth.authz.token.AccessTokens;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Reads the manufacturers and the policy, and refuses what cannot be met. */
@Configuration(proxyBeanMethods = false)
class ManufacturerConfiguration {
    private static final String WAYS = "sipoauth.desk-phones.ways";

    /** What the settings say of manufacturers. */
    record Manufacturers(List<Manufacturer> all) {}

    @Bean
    Manufacturers manufacturers(Settings settings) {
        requireListener(settings);
        Set<String> names = new HashSet<>();
        for (Settings.Manufacturer manufacturer : settings.manufacturers()) {
            if (!names.add(manufacturer.name())) {
                throw new StartupRefused(
                        "There are two manufacturers with the name " + manufacturer.name() + ".",
                        "Give each under sipoauth.manufacturers its own.");
            }
        }
        return new Manufacturers(
                settings.manufacturers().stream().map(Manufacturer::new).toList());
    }

    @Bean
    PhoneCertificates phoneCertificates(Manufacturers manufacturers, Clock clock) {
        return new PhoneCertificates(manufacturers.all(), clock);
    }

    @Bean
    Admission admission(Settings settings, PhoneCertificates certificates, Manufacturers manufacturers) {
        return new Admission(
                certificates,
                ways(settings),
                manufacturers.all().stream()
                        .flatMap(manufacturer -> manufacturer.ways().stream())
                        .toList());
    }

    @Bean
    GrantFeature manufacturerGrant(
            Admission admission,
            Devices devices,
            AccessTokens accessTokens,
            LoginFamilies families,
            SharedBuckets buckets) {
        ManufacturerGrant grant = new ManufacturerGrant(admission, devices, accessTokens, families, buckets);
        return server -> server.tokenEndpoint(endpoint -> endpoint.accessTokenRequestConverter(
                        ExtensionGrantRequest.reading(DeskPhoneGrants.MANUFACTURER_CERTIFICATE))
                .authenticationProvider(grant));
    }

    private static WaysIn ways(Settings settings) {
        boolean certificates = !settings.manufacturers().isEmpty();
        if (settings.deskPhones().ways().isEmpty()) {
            return WaysIn.anyOf(
                    certificates
                            ? EnumSet.allOf(WayIn.class)
                            : EnumSet.complementOf(EnumSet.of(WayIn.MANUFACTURER_CERTIFICATE)));
        }
        WaysIn ways;
        try {
            ways = WaysIn.parse(settings.deskPhones().ways());
        } catch (IllegalArgumentException wrong) {
            throw new StartupRefused(
                    WAYS + ": " + wrong.getMessage() + ".",
                    "Write combinations with commas between, such as device-code,activation-code+manufacturer-certificate.",
                    wrong);
        }
        if (ways.mention(WayIn.MANUFACTURER_CERTIFICATE) && !certificates) {
            throw new StartupRefused(
                    WAYS + " is " + ways + ", but there is no manufacturer whose certificates are taken.",
                    "Name one under sipoauth.manufacturers, with sipoauth.mutual-tls.port for its phones, or change "
                            + WAYS + ".");
        }
        return ways;
    }

    /** Where phones show certificates, if they are to. */
    private static void requireListener(Settings settings) {
        boolean listens = settings.mutualTls().port() != null;
        if (!settings.manufacturers().isEmpty() && !listens) {
            throw new StartupRefused(
                    "There are sipoauth.manufacturers, but no listener where their phones could show a certificate.",
                    "Set sipoauth.mutual-tls.port, such as 8444.");
        }
        if (listens && settings.insecurePlainHttp()) {
            throw new StartupRefused(
                    "sipoauth.mutual-tls.port is set, but with sipoauth.insecure-plain-http there is no TLS: a certificate that"
                            + " a proxy has seen proves nothing here.",
                    "Let this server speak TLS, or leave out sipoauth.mutual-tls.port.");
        }
    }
}
