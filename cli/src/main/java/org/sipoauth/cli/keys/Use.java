package org.sipoauth.cli.keys;

import java.util.Arrays;
import org.sipoauth.keys.KeyUse;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What a key is for, as people at a terminal call it. */
enum Use {
    SIGNING(
            KeyUse.ACCESS_TOKEN_SIGNING,
            "Access tokens that the key signed are refused by every verifier within its refresh interval (one that is"
                    + " offline: when it next hears, or at its staleness limit). No login is lost: phones refresh."),
    ENCRYPTION(
            KeyUse.ACCESS_TOKEN_ENCRYPTION,
            "Encrypted access tokens made with the key are refused once SIP servers have the new one. No login is"
                    + " lost: phones refresh."),
    REFRESH(
            KeyUse.REFRESH_TOKEN_AUTHENTICATION,
            "Every login whose newest refresh token was made with the key is over: these people sign in again on each"
                    + " phone. Access tokens live on to their end, an hour at most.");

    private final KeyUse use;
    private final String costOfRevoking;

    Use(KeyUse use, String costOfRevoking) {
        this.use = use;
        this.costOfRevoking = costOfRevoking;
    }

    static Use of(KeyUse use) {
        return Arrays.stream(values())
                .filter(value -> value.use == use)
                .findFirst()
                .orElseThrow();
    }

    KeyUse keyUse() {
        return use;
    }

    String costOfRevoking() {
        return costOfRevoking;
    }

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    static final class Converter implements ITypeConverter<Use> {
        @Override
        public Use convert(String text) {
            return Arrays.stream(values())
                    .filter(value -> value.toString().equals(text))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException("expected signing, encryption or refresh"));
        }
    }
}
