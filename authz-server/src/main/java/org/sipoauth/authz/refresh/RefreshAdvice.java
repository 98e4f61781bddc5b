package org.sipoauth.authz.refresh;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an operator can do about a refused refresh, by its outcome. */
final class RefreshAdvice {
    private static final String TWO_HOLDERS =
            "Two held tokens of this login, so it is over: its user signs in again. If the phone was not restored from a"
                    + " backup, find out who else can read its tokens.";

    private static final Map<String, String> SENTENCES = Map.ofEntries(
            Map.entry("malformed", "See what the phone is set up to send; its user signs in again."),
            Map.entry("unknown", "The login has ended, or its record is lost: its user signs in again."),
            Map.entry(
                    "forged", "The token was changed or made up: if it came from a phone of yours, look at the phone."),
            Map.entry("key_revoked", "The key that made the token was revoked: its user signs in again."),
            Map.entry(
                    "key_ahead", "Nothing: in seconds this server knows the key, too. If it stays, look at its clock."),
            Map.entry(
                    "wrong_client",
                    "Correct the client_id of the phone; if it was not a phone of yours, revoke the session."),
            Map.entry(
                    "no_certificate",
                    "If it was the phone, it asks at the wrong address: see mtls_endpoint_aliases in the metadata. If not,"
                            + " somebody has its refresh token but not its key: revoke the session."),
            Map.entry(
                    "wrong_certificate",
                    "The phone has another certificate than when it signed in: it signs in again. If it has not, somebody has"
                            + " its refresh token: revoke the session."),
            Map.entry(
                    "certificate_not_taken",
                    "The phone's certificate has expired or was taken back, or its manufacturer is no longer trusted: see the"
                            + " detail."),
            Map.entry(
                    "certificate_undecided",
                    "Renew the file that revocation-lists names: the phone asks again by itself, and keeps its login."),
            Map.entry(
                    "unproven",
                    "The tokens of this login need a proof of possession, and somebody sent one without: if the phone was"
                            + " not changed to work without DPoP, find out who else can read its tokens."),
            Map.entry(
                    "proven_otherwise",
                    "Somebody sent a token of this login with a proof by another key: if the phone has not lost its own,"
                            + " find out who else can read its tokens."),
            Map.entry(
                    "begun_unproven",
                    "The phone has begun to use DPoP since it signed in: its user signs in once more."),
            Map.entry("expired", "The login came to its end, as it must: its user signs in again."),
            Map.entry(
                    "unauthorized_client", "Add refresh_token to the client's grant types if it is meant to refresh."),
            Map.entry("invalid_scope", "Correct the scope that the phone asks for, or sign in again for a wider one."),
            Map.entry(
                    "not_allowed",
                    "See whether there still is such a subscriber, and whether the device is theirs and OAuth is switched"
                            + " on for it: then the phone goes on with the token that it has."),
            Map.entry("deferred", "Nothing: the phone asks again in seconds."),
            Map.entry("client_revoked", "All logins of this client were revoked: its user signs in again."),
            Map.entry("replayed", TWO_HOLDERS),
            Map.entry("replayed_struck_out", TWO_HOLDERS),
            Map.entry("revoked", "The login was revoked before: look for the event \"revoked\" of this session."));

    private RefreshAdvice() {}

    /** All that a refused refresh can come to. */
    static Set<String> outcomes() {
        return SENTENCES.keySet();
    }

    static @Nullable String on(String outcome) {
        return SENTENCES.get(outcome);
    }
}
