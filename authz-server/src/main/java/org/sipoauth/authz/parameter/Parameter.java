package org.sipoauth.authz.parameter;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.settings.Settings;

/**
 * One parameter.
 *
 * @param name in addresses and commands
 * @param familiarName what the administrators of Unified CM know it as
 * @param value takes it out of the parameters in force
 * @param with puts another value in
 */
record Parameter<T>(
        String name,
        String familiarName,
        Kind<T> kind,
        Function<Parameters, T> value,
        BiFunction<Parameters, T, Parameters> with) {

    /** All that can be changed at a server with these settings, in the order in which they are shown. */
    static List<Parameter<?>> all(Settings settings) {
        return List.of(
                new Parameter<>(
                        "access-token-expiry",
                        "OAuth Access Token Expiry Timer (minutes)",
                        accessTokenExpiry(settings),
                        Parameters::accessToken,
                        Parameters::withAccessToken),
                new Parameter<>(
                        "softphone-refresh-token-expiry",
                        "Jabber OAuth Refresh Token Expiry Timer (days)",
                        refreshTokenExpiry(),
                        Parameters::softphoneRefresh,
                        Parameters::withSoftphoneRefresh),
                new Parameter<>(
                        "desk-phone-refresh-token-expiry",
                        "Physical Phone OAuth Refresh Token Expiry Timer (days)",
                        refreshTokenExpiry(),
                        Parameters::deskPhoneRefresh,
                        Parameters::withDeskPhoneRefresh),
                new Parameter<>(
                        "refresh-login-flow",
                        "OAuth with Refresh Login Flow",
                        new Kind.Switch(),
                        Parameters::refreshLogins,
                        Parameters::withRefreshLogins),
                new Parameter<>(
                        "third-party-redirect-uris",
                        "Redirect URIs for Third Party SSO Client",
                        new Kind.RedirectUris(),
                        Parameters::thirdPartyRedirectUris,
                        Parameters::withThirdPartyRedirectUris));
    }

    /** No token may outlive its key at verifiers: RotationPolicy has the same rule at start-up. */
    private static Kind<Duration> accessTokenExpiry(Settings settings) {
        Duration bound = settings.longestAccessToken();
        boolean bySettings = bound.compareTo(Settings.Tokens.LONGEST_ACCESS) < 0;
        return new Kind.Span(
                ChronoUnit.MINUTES,
                1,
                (bySettings ? bound : Settings.Tokens.LONGEST_ACCESS).toMinutes(),
                bySettings
                        ? ". It could be more, to %d, if sipoauth.keys.retention were not %s: a retired signing key is removed then, and a verifier needs the key of every token"
                                .formatted(
                                        Settings.Tokens.LONGEST_ACCESS.toMinutes(),
                                        settings.keys().retention())
                        : "");
    }

    /** Retired refresh keys are kept for as long as the longest of these. */
    private static Kind<Duration> refreshTokenExpiry() {
        return new Kind.Span(ChronoUnit.DAYS, 1, Settings.Tokens.LONGEST_REFRESH.toDays(), "");
    }

    /** @throws IllegalArgumentException that says what to send */
    Parameters set(Parameters parameters, @Nullable Object json) {
        return with.apply(parameters, kind.read(name, json));
    }

    /** The value of one in the other. */
    Parameters copy(Parameters from, Parameters to) {
        return with.apply(to, value.apply(from));
    }

    Object json(Parameters parameters) {
        return kind.json(value.apply(parameters));
    }

    /**
     * As administrators see it.
     *
     * @param inForce the value is taken from here
     * @param ofSettings the default is taken from here
     */
    Map<String, Object> json(Parameters inForce, Parameters ofSettings, boolean set) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", name);
        json.put("familiar_name", familiarName);
        json.put("value", json(inForce));
        json.put("default", json(ofSettings));
        json.put("set", set);
        json.putAll(kind.range());
        return json;
    }
}
