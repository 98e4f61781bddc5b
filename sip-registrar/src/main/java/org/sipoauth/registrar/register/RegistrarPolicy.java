package org.sipoauth.registrar.register;

import java.time.Duration;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * What the operator decides about registrations.
 *
 * @param oauthMode whether SIP OAuth is on, asked at each request; off, every request gets the port mismatch answer
 * @param devicesWithoutOAuth devices whose profile lacks OAuth: the same answer
 * @param nodeName what names us in Warning headers
 * @param maxExpires longest binding, and the one for requests that ask for none
 * @param minExpires shortest binding that a phone may ask for
 * @param maxContacts most bindings of one address-of-record
 * @param flowTimer how often a phone is to send something over its flow; its connection is closed somewhat later
 */
public record RegistrarPolicy(
        BooleanSupplier oauthMode,
        Set<String> devicesWithoutOAuth,
        String nodeName,
        Duration maxExpires,
        Duration minExpires,
        int maxContacts,
        Duration flowTimer) {

    public RegistrarPolicy {
        devicesWithoutOAuth = Set.copyOf(devicesWithoutOAuth);
        if (minExpires.isNegative() || minExpires.compareTo(maxExpires) > 0 || maxExpires.toSeconds() < 1) {
            throw new IllegalArgumentException("expiry limits leave no expiry");
        }
        if (minExpires.compareTo(Duration.ofHours(1)) >= 0) {
            throw new IllegalArgumentException("the least expiry must be below an hour (RFC 3261 §10.3)");
        }
        if (maxContacts < 1) {
            throw new IllegalArgumentException("an address-of-record needs room for a contact");
        }
    }
}
