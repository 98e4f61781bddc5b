package org.sipoauth.authz.console;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Every refusal that the system can produce: what it means, and what to do. A test goes through all that server, registrar
 * and verifier know by name, so that none is missing here.
 */
final class Remedies {
    private static final String SIGN_IN_AGAIN = "Its user signs in again.";
    private static final String TWO_HOLDERS =
            "Find out who else can read the phone's tokens, unless it was restored from a backup; its user signs in"
                    + " again.";
    private static final String OUR_KEYS = "See whether the registrar reaches this server, and reads its JWK Set.";
    private static final String PHONE_SOFTWARE =
            "Look at what the phone sends: its software or its settings are at fault.";
    private static final String SENDER = "Look at what sends it; if it is no phone of yours, nothing.";

    private Remedies() {}

    /** Who says no, and in which of its languages. */
    enum Where {
        /** This server, to a token request, a sign-in, a code or a request for a configuration file. */
        SERVER("This server"),
        /** A registrar, to a REGISTER. */
        REGISTRAR("A registrar, to a REGISTER"),
        /** A registrar, to a TLS handshake. */
        HANDSHAKE("A registrar, to a TLS handshake"),
        /** A registrar, to what is no SIP message. */
        MESSAGE("A registrar, to what is no SIP message");

        private final String title;

        Where(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    /**
     * @param meaning why it was refused
     * @param action what to do about it
     */
    record Remedy(String meaning, String action) {}

    static Optional<Remedy> of(Where where, String cause) {
        return Optional.ofNullable(all(where).get(cause));
    }

    /** By cause, in the order in which a list shows them. */
    static Map<String, Remedy> all(Where where) {
        return switch (where) {
            case SERVER -> SERVER;
            case REGISTRAR -> REGISTRAR;
            case HANDSHAKE -> HANDSHAKE;
            case MESSAGE -> MESSAGE;
        };
    }

    private static final Map<String, Remedy> SERVER = new Table()
            // a login
            .put(
                    "not_allowed",
                    "The subscriber or the device is no longer allowed to register.",
                    "See whether there is such a subscriber, whether the device is theirs, and whether OAuth is on in"
                            + " its profile: then the phone goes on with the token that it has.")
            .put(
                    "revoked",
                    "The login was ended before.",
                    "Look for the event “revoked” of this session for who did, and why. " + SIGN_IN_AGAIN)
            .put("client_revoked", "All logins of its client were ended at once.", SIGN_IN_AGAIN)
            .put("expired", "The login, or the code, came to its end, as it must.", SIGN_IN_AGAIN)
            .put(
                    "expired_token",
                    "Nobody entered the phone's code in time.",
                    "Have the phone show a new code, and enter that.")
            .put(
                    "unknown",
                    "There is no such login or code any more, or its record is lost.",
                    "Have its user sign in again; compare the letters of a code.")
            .put("replayed", "A refresh token was used again when it must not be: two hold the login.", TWO_HOLDERS)
            .put(
                    "replayed_struck_out",
                    "A refresh token that was never to be used came back: two hold the login.",
                    TWO_HOLDERS)
            .put(
                    "deferred",
                    "It might be a late copy of a request; in seconds it is certain.",
                    "Nothing: the phone asks again by itself.")
            // tokens and keys
            .put(
                    "malformed",
                    "What was presented is no refresh token of this server.",
                    "See what the phone is set up to send. " + SIGN_IN_AGAIN)
            .put(
                    "forged",
                    "The refresh token was changed or made up.",
                    "If it came from a phone of yours, look at the phone; else somebody is trying.")
            .put("key_revoked", "The key that made the refresh token was revoked.", SIGN_IN_AGAIN)
            .put(
                    "key_ahead",
                    "Another server uses a key that this one does not use yet.",
                    "Nothing: it passes in seconds. If it stays, look at the clocks of the servers.")
            // codes
            .put("code_replayed", "A code was used twice, so what it began is over.", TWO_HOLDERS)
            .put(
                    "ended_since",
                    "All logins of its user, or on its device, were ended after the code was given out, or while it began.",
                    "Nothing, if whoever ended them meant it. " + SIGN_IN_AGAIN)
            .put(
                    "unknown_code",
                    "There is no such code, or it has expired.",
                    "Have the phone begin anew: it shows another code, or opens the sign-in page again.")
            .put(
                    "wrong_redirect_uri",
                    "The redirect URI is not that of the authorization request.",
                    "Correct the client: both its requests carry the same redirect URI.")
            .put(
                    "denied",
                    "The subscriber denied it to the phone.",
                    "Ask whether they had started it; the event “device_denied” says who did. Have the phone show a"
                            + " new code.")
            .put(
                    "access_denied",
                    "The subscriber, or what they asked for, is not allowed.",
                    "See whether the device is theirs and OAuth is on in its profile; for a code, whether they denied"
                            + " it.")
            .put(
                    "authorization_pending",
                    "Nobody has allowed the phone yet.",
                    "Enter the code that the phone shows, at /device.")
            .put(
                    "slow_down",
                    "The phone asks more often than it was told to.",
                    "Nothing, unless it goes on: then " + lower(PHONE_SOFTWARE))
            .put(
                    "network",
                    "Phones may not ask for codes from where it is.",
                    "If it is a phone of yours, add its network to sipoauth.device-grant.networks.")
            .put(
                    "too_many",
                    "Too many attempts from there.",
                    "Wait a minute. If it goes on, look at what is at that address.")
            // clients
            .put(
                    "wrong_client",
                    "The token or code was issued to another client.",
                    "Correct the client_id of the phone; if it is no phone of yours, revoke the session.")
            .put(
                    "invalid_client",
                    "No client that this server knows, or its secret is wrong.",
                    "Compare the phone's client_id, and a service's secret, with sipoauth.clients.")
            .put(
                    "unauthorized_client",
                    "The client is not allowed this grant.",
                    "Add the grant to the client's grant types, if it is meant to use it.")
            .put(
                    "invalid_scope",
                    "The client asked for more than it, or the login, is allowed.",
                    "Correct the scope that the phone asks for: sip.register.")
            .put("invalid_request", "A parameter is missing, repeated or not readable.", PHONE_SOFTWARE)
            .put(
                    "invalid_grant",
                    "The code or token is not valid, whatever the reason.",
                    "The audit has the reason: look for the event “refused”.")
            .put("unsupported_grant_type", "A grant that this server does not know.", PHONE_SOFTWARE)
            .put("unsupported_response_type", "A response type that this server does not know.", PHONE_SOFTWARE)
            .put("unsupported_token_type", "A service's own token cannot be revoked: it expires.", "Nothing.")
            .put(
                    "login_required",
                    "Nobody is signed in, and the phone forbade asking.",
                    "Have its user sign in once with the phone's browser.")
            .put("consent_required", "The client needs consent, which this server does not ask for.", PHONE_SOFTWARE)
            // sign-in and configuration
            .put(
                    "credentials",
                    "Name or password is not right.",
                    "Ask whether it was them. If not, somebody is guessing, and is slowed down by itself.")
            .put(
                    "challenged",
                    "The phone asked for its configuration without a token.",
                    "Nothing, if it then signs in. If it never does, it does not follow the challenge: update it.")
            .put(
                    "invalid_token",
                    "The phone asked for its configuration with a token that is not valid.",
                    "Nothing, if it then refreshes. If it never does, " + lower(SIGN_IN_AGAIN))
            .put(
                    "no_device",
                    "There is no device of the name whose configuration was asked for.",
                    "Compare the name with that of the device; if it is no phone of yours, nothing.")
            .put(
                    "other_device",
                    "The phone asked for the configuration of another device than its token is for.",
                    "See which device name the phone is set up with, and sign in again there.")
            // administrators and services
            .put(
                    "no_token",
                    "The administration API was asked without an access token.",
                    "It is no matter of phones. If it was a service of yours, have it ask for a token first.")
            .put(
                    "insufficient_scope",
                    "The client's token lacks the scope for what it asked of the administration API.",
                    "It is no matter of phones. Give the client the scope, if it is meant to do that.")
            .put(
                    "not_for_role",
                    "The console was asked for what the role of who is signed in does not allow.",
                    "It is no matter of phones. Give them another role, if they are meant to do that.")
            .put(
                    "no_form_token",
                    "The console was sent a form that it had not made, or that was too old.",
                    "It is no matter of phones. Load the page anew; if nobody of yours sent it, somebody is trying.")
            .put(
                    "signed_out",
                    "A page of the console was used after its session had ended.",
                    "It is no matter of phones. Sign in again.")
            // this server
            .put(
                    "temporarily_unavailable",
                    "This server cannot decide just now, or asks the phone to wait.",
                    "Nothing, if it passes. Else look at the store, on the overview.")
            // what a login is bound to
            .put(
                    "no_certificate",
                    "The login is bound to the phone's certificate, and none was shown.",
                    "If it was the phone, it asks at the wrong address: see mtls_endpoint_aliases in the metadata. If not,"
                            + " somebody has its refresh token: revoke the session.")
            .put(
                    "wrong_certificate",
                    "The login is bound to another certificate than the one shown.",
                    "If the phone has a new one, it signs in again. If it has not, revoke the session.")
            .put(
                    "certificate_not_taken",
                    "The phone's certificate has expired or was taken back, or its manufacturer is not trusted.",
                    "See the detail in the audit, and manufacturers[] in the settings.")
            .put(
                    "certificate_undecided",
                    "There is no revocation list in force for the phone's certificate.",
                    "Renew the file that revocation-lists of its manufacturer names. The phone asks again by itself, and"
                            + " keeps its login.")
            .put(
                    "unproven",
                    "The login is bound to a key, and no proof came with the request.",
                    "If the phone was changed to work without DPoP, it signs in again. If not, revoke the session.")
            .put(
                    "proven_otherwise",
                    "The login is bound to another key than the one proven.",
                    "If the phone has lost its key, it signs in again. If it has not, revoke the session.")
            .put("begun_unproven", "The phone has begun to use DPoP since it signed in.", SIGN_IN_AGAIN)
            .put(
                    "invalid_dpop_proof",
                    "The proof of possession is not for this request, too old, or was used before.",
                    "See whether the phone's clock is right, and which address it asks at.")
            // how a desk phone comes in
            .put(
                    "wrong_code",
                    "There is no such activation code for this device: mistyped, used, replaced or expired.",
                    "Make a new one: sipoauth activation create.")
            .put("busy", "The code is being used at this very moment.", "Nothing: the phone asks again in seconds.")
            .put(
                    "code_missing",
                    "The policy wants an activation code, too.",
                    "Enter one at the phone, or change desk-phones.ways.")
            .put(
                    "certificate_missing",
                    "The policy wants the manufacturer's certificate, and none was shown.",
                    "See whether the phone asks at the mutual-TLS address, or change desk-phones.ways.")
            .put(
                    "wrong_device",
                    "The certificate is for another device than the one named.",
                    "Correct the phone's device name; if it was no phone of yours, somebody tries the name of another.")
            // people of elsewhere
            .put(
                    "away",
                    "The directory gave no answer.",
                    "See whether this server reaches it. Phones that are signed in go on without it.")
            .put(
                    "other_sort",
                    "They have an account as a user and come as an administrator, or the other way round.",
                    "Whoever is to be both needs two names there. Else remove the account, and have them sign in again.")
            .put(
                    "too_many_gone",
                    "The directory lacks so many at once that it may be broken, so nobody's logins are ended.",
                    "See whether it is whole, and whether the searching account may read all of it. If so many have left,"
                            + " raise ldap.most-gone-percent for one check, or revoke their logins.")
            .put(
                    "unavailable",
                    "The directory or the provider gave no answer to a sign-in.",
                    "See whether this server reaches it. Phones that are signed in go on without it.")
            .put(
                    "provider",
                    "The other provider did not sign its user in, or its answer was not as it must be.",
                    "See the detail in the audit.")
            .put(
                    "wrong_issuer",
                    "An answer came from another provider than the one asked.",
                    "See whether openid-connect.issuer is right; if so, somebody mixes answers up on purpose.")
            .put(
                    "no_name",
                    "The provider's answer has no claim that could name a subscriber.",
                    "Compare the settings under openid-connect with what the provider sends.")
            .put(
                    "unverified_email",
                    "The provider has not verified the address that names the subscriber.",
                    "Have it verified there, or name subscribers by another claim.")
            .put(
                    "name_taken",
                    "An account of that name is here already, and not this person's.",
                    "Give one of the two another name.")
            .put("server_error", "This server's own fault.", "Look at its log, and report it.")
            .map();

    private static final Map<String, Remedy> REGISTRAR = new Table()
            .put(
                    "challenged",
                    "No token yet: how every registration begins.",
                    "Nothing. If the phone never comes back with a token, OAuth is off in its profile, or it could not"
                            + " sign in.")
            .put(
                    "mode_disabled",
                    "The registrar's SIP OAuth mode is disabled.",
                    "Enable the mode; registrars that run with mode=served have it with their next poll.")
            .put(
                    "device_oauth_disabled",
                    "The registrar's list devices.oauth-disabled names the device.",
                    "Enable OAuth in its profile, and take it off that list.")
            .put("not_tls", "Plain SIP on the OAuth port.", "Set the phone's transport to TLS.")
            .put(
                    "mra_without_edge",
                    "Port 5091 is for edges, and no edge's certificate was shown.",
                    "Phones on premises use port 5090: check the configuration file they have.")
            .put("method", "Neither REGISTER nor OPTIONS.", "Send calls to the server that routes them.")
            .put("no_transaction", "A CANCEL of what is not there.", "Nothing.")
            .put("too_many_hops", "The request has gone in circles.", "Look for a loop between proxies.")
            .put("uri_scheme", "The Request-URI is neither sip nor sips.", "Correct the phone's server address.")
            .put(
                    "domain",
                    "The host or the address is not the registrar's.",
                    "Add the host to the registrar's hosts, or correct the phone.")
            .put(
                    "extension",
                    "The phone requires an extension that the registrar lacks.",
                    "Turn it off in the phone; the answer's Unsupported names it.")
            .put("token_malformed", "No token, or a damaged one.", "See whether a proxy or an edge cuts long headers.")
            .put(
                    "token_not_decrypted",
                    "Encrypted for somebody else, or not encrypted at all.",
                    "Compare the audience's keys with the registrar's.")
            .put("token_wrong_type", "Not an access token: an ID token, say.", "The phone must send its access token.")
            .put(
                    "token_unknown_key",
                    "Signed by a key that the registrar does not know.",
                    "Compare the registrar's jwks with this server's address. " + OUR_KEYS)
            .put(
                    "token_bad_signature",
                    "Forged, or damaged on the way.",
                    "If it is many phones, the registrar reads another server's JWK Set.")
            .put(
                    "token_missing_claim",
                    "A claim that RFC 9068 asks for is not there.",
                    "See which client issued it: this server's tokens have them all.")
            .put(
                    "token_wrong_issuer",
                    "Issued by another server.",
                    "Compare the registrar's issuer with this server's.")
            .put(
                    "token_wrong_audience",
                    "Issued for another platform.",
                    "Compare the registrar's audience with this server's.")
            .put(
                    "token_expired",
                    "The phone did not refresh in time.",
                    "Once in a while that is normal. Often: look at its refreshes in the audit, and whether it reaches"
                            + " this server.")
            .put("token_not_yet_valid", "This server's clock is ahead of the registrar's.", "Synchronise both clocks.")
            .put("token_revoked", "The login was ended.", "The audit says who ended it, and why. " + SIGN_IN_AGAIN)
            .put("keys_too_old", "The registrar has not read this server's keys for too long.", OUR_KEYS)
            .put(
                    "status_too_old",
                    "The registrar has not read this server's status lists for too long.",
                    "See whether the registrar reaches this server. It is never the phone's fault.")
            .put("scope", "The token lacks sip.register.", "Correct the scope that the phone's client asks for.")
            .put("third_party", "From is not To.", "Nobody registers for somebody else: correct the phone.")
            .put(
                    "address_of_record",
                    "The token is for other lines.",
                    "Compare the device's addresses with what the phone is set up to register.")
            .put(
                    "device",
                    "The token is another device's.",
                    "See whether a configuration was copied from phone to phone.")
            .put(
                    "certificate_binding",
                    "The token is bound to a certificate that the connection does not show.",
                    "Set tls.phone-certificates=requested at the registrar; behind an edge, edges.phone-certificates.")
            .put(
                    "client_cert",
                    "The edge has forwarded a phone's certificate that cannot be read, or two.",
                    "See that the edge removes Client-Cert from what phones send, and writes :BASE64: of the DER.")
            .put("contact", "A Contact or Path that cannot be kept.", "The registrar's log says which.")
            .put(
                    "first_hop",
                    "The phone relies on SIP outbound, and its edge does not.",
                    "Turn outbound on in the edge, or off in the phone.")
            .put(
                    "too_brief",
                    "The phone wants to register for a shorter time than is taken.",
                    "Nothing: it asks again by itself.")
            .put(
                    "out_of_order",
                    "An older request than the last.",
                    "Nothing. A phone that repeats it has lost its count: restart it.")
            .put(
                    "too_many_contacts",
                    "As many phones as one address may have.",
                    "Raise max-contacts, or take old phones off the address.")
            .put(
                    "location_full",
                    "The registrar has no room for another binding.",
                    "Raise max-bindings, or add a registrar.")
            .put(
                    "location_away",
                    "The registrar's store does not answer.",
                    "Look at the Redis that location.redis names.")
            .put("internal", "The registrar's own fault.", "Look at its log, and report it.")
            .map();

    private static final Map<String, Remedy> HANDSHAKE = new Table()
            .put(
                    "unknown_ca",
                    "The certificate shown is of no authority that the registrar trusts.",
                    "Add that authority to the registrar's edge authorities, or give the edge another certificate.")
            .put(
                    "certificate_expired",
                    "The certificate shown has ended, or not begun.",
                    "Renew it; look at the clocks.")
            .put(
                    "edge_not_listed",
                    "The edge's certificate is trusted, but no edge has its name.",
                    "Add the edge, with a name of its certificate, to the list of edges.")
            .put(
                    "certificate_invalid",
                    "The certificate shown is not for clients, or broken.",
                    "Issue one with the extended key usage of a client.")
            .put("not_tls", "Bytes that are no TLS.", "Set the phone's, or the edge's, transport to TLS.")
            .put(
                    "closed",
                    "The peer closed: perhaps it does not trust the registrar.",
                    "See whether phone or edge has the authority of the registrar's certificate.")
            .put("protocol", "No common version or cipher, or a broken record.", "Enable TLS 1.2 or 1.3 in the phone.")
            .map();

    private static final Map<String, Remedy> MESSAGE = new Table()
            .put("not_sip", "Another protocol, or the rest of a message of wrong length.", SENDER)
            .put("line_break", "A line that does not end in CRLF.", SENDER)
            .put("content_length", "The length of the body is missing, repeated or no number.", SENDER)
            .put(
                    "character",
                    "A control character, or bytes that are not UTF-8.",
                    "See which display name or address has it.")
            .put(
                    "syntax",
                    "A header that breaks its grammar, or one that must be there and is not.",
                    "The registrar's log says which.")
            .put("version", "SIP, but not 2.0.", SENDER)
            .put(
                    "line_too_long",
                    "A line beyond what the registrar reads.",
                    "A token is 8 KiB at most: see what else is in the header.")
            .put("head_too_long", "More header than the registrar reads.", "See which proxies add to it.")
            .put("too_many_fields", "More header fields than the registrar reads.", "See which proxies add to it.")
            .put(
                    "body_too_long",
                    "A body beyond what the registrar reads.",
                    "See what the phone sends with a REGISTER.")
            .map();

    private static String lower(String sentence) {
        return Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1);
    }

    private static final class Table {
        private final Map<String, Remedy> rows = new LinkedHashMap<>();

        Table put(String cause, String meaning, String action) {
            if (rows.put(cause, new Remedy(meaning, action)) != null) {
                throw new IllegalStateException("two remedies for " + cause);
            }
            return this;
        }

        Map<String, Remedy> map() {
            return rows;
        }
    }
}
