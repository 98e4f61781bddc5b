package org.sipoauth.authz.parameter;

import java.time.Duration;
import java.util.List;
import org.sipoauth.authz.settings.Settings;

/**
 * The parameters in force at some instant. They are for what begins from then on: a token keeps the life with which it was
 * issued.
 *
 * @param accessToken how long an access token lives
 * @param softphoneRefresh from sign-in to the end of the login, for softphones
 * @param deskPhoneRefresh the same for desk phones
 * @param refreshLogins whether a new login is given a refresh token; else it is over with its access token
 * @param thirdPartyRedirectUris where a sign-in may end for clients that have registered no redirect URI of their own
 */
public record Parameters(
        Duration accessToken,
        Duration softphoneRefresh,
        Duration deskPhoneRefresh,
        boolean refreshLogins,
        List<String> thirdPartyRedirectUris) {

    public Parameters {
        thirdPartyRedirectUris = List.copyOf(thirdPartyRedirectUris);
    }

    /** What holds until somebody changes it. */
    public static Parameters of(Settings settings) {
        Settings.Tokens tokens = settings.tokens();
        return new Parameters(tokens.access(), tokens.softphoneRefresh(), tokens.deskPhoneRefresh(), true, List.of());
    }

    Parameters withAccessToken(Duration changed) {
        return new Parameters(changed, softphoneRefresh, deskPhoneRefresh, refreshLogins, thirdPartyRedirectUris);
    }

    Parameters withSoftphoneRefresh(Duration changed) {
        return new Parameters(accessToken, changed, deskPhoneRefresh, refreshLogins, thirdPartyRedirectUris);
    }

    Parameters withDeskPhoneRefresh(Duration changed) {
        return new Parameters(accessToken, softphoneRefresh, changed, refreshLogins, thirdPartyRedirectUris);
    }

    Parameters withRefreshLogins(boolean changed) {
        return new Parameters(accessToken, softphoneRefresh, deskPhoneRefresh, changed, thirdPartyRedirectUris);
    }

    Parameters withThirdPartyRedirectUris(List<String> changed) {
        return new Parameters(accessToken, softphoneRefresh, deskPhoneRefresh, refreshLogins, changed);
    }
}
