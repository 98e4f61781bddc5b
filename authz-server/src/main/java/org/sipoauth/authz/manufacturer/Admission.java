package org.sipoauth.authz.manufacturer;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.sipoauth.authz.audit.Concerned;
import org.sipoauth.authz.audit.Refusal;
import org.sipoauth.authz.deskphone.WayIn;
import org.sipoauth.authz.deskphone.WaysIn;
import org.sipoauth.authz.grant.GrantRefused;
import org.sipoauth.authz.manufacturer.PhoneCertificates.Judgement;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;

/**
 * Whether a desk phone shows enough to be signed in: the policy of its manufacturer if it shows a certificate and that has
 * one, else the policy for all. A certificate that is shown has to be a good one, needed or not, and the phone's tokens are
 * then bound to it.
 */
public final class Admission {
    private final PhoneCertificates certificates;
    private final WaysIn ways;
    private final Set<WayIn> offered = EnumSet.noneOf(WayIn.class);

    /**
     * @param ways for all phones
     * @param ofManufacturers for phones that show a certificate of one that has its own
     */
    public Admission(PhoneCertificates certificates, WaysIn ways, List<WaysIn> ofManufacturers) {
        this.certificates = certificates;
        this.ways = ways;
        for (WayIn way : WayIn.values()) {
            if (ways.mention(way) || ofManufacturers.stream().anyMatch(own -> own.mention(way))) {
                offered.add(way);
            }
        }
    }

    /** Whether some phone may be signed in this way, alone or together with another. */
    public boolean offers(WayIn way) {
        return offered.contains(way);
    }

    /**
     * To be called before anything is used up.
     *
     * @param way that the grant itself stands for
     * @param device the name that the phone gives, if it gives one
     * @return the certificate that the phone's tokens are to be bound to; empty for bearer tokens
     * @throws GrantRefused if more is needed, or the certificate is not taken, or is for another phone
     */
    public Optional<PhoneCertificate> require(
            WayIn way, OAuth2ClientAuthenticationToken caller, Optional<String> device) {
        Optional<PhoneCertificate> certificate = certificate(caller);
        Concerned concerned = new Concerned(
                null, null, certificate.map(PhoneCertificate::device).orElse(null), caller.getName());
        if (certificate.isPresent() && device.isPresent()) {
            requireFor(device.get(), certificate.get(), concerned);
        }
        Set<WayIn> shown = EnumSet.of(way);
        certificate.ifPresent(found -> shown.add(WayIn.MANUFACTURER_CERTIFICATE));
        WaysIn enough = certificate.flatMap(PhoneCertificate::ways).orElse(ways);
        if (!enough.suffice(shown)) {
            throw offers(way) ? notEnough(certificate.isPresent(), enough, concerned) : notOffered(way, concerned);
        }
        return certificate;
    }

    private Optional<PhoneCertificate> certificate(OAuth2ClientAuthenticationToken caller) {
        Judgement judgement = certificates.judge(caller);
        if (judgement instanceof Judgement.NotTaken notTaken) {
            throw new GrantRefused(
                    OAuth2ErrorCodes.INVALID_GRANT,
                    "the certificate is not one of a phone that this server knows",
                    new Refusal(
                            "certificate_not_taken",
                            notTaken.why(),
                            "If it was a phone of yours, see sipoauth.manufacturers: its authorities, common-name,"
                                    + " refused-serials and revocation-lists.",
                            Concerned.client(caller.getName())));
        }
        if (judgement instanceof Judgement.Undecided undecided) {
            throw GrantRefused.forMinutes(
                    "whether the certificate still holds cannot be told just now: come again later",
                    new Refusal(
                            "certificate_undecided",
                            undecided.why(),
                            "Renew the revocation lists: until then no phone of this manufacturer signs in or refreshes.",
                            Concerned.client(caller.getName())));
        }
        return judgement instanceof Judgement.Taken taken ? Optional.of(taken.certificate()) : Optional.empty();
    }

    private static void requireFor(String device, PhoneCertificate certificate, Concerned concerned) {
        if (!certificate.device().equals(device)) {
            throw new GrantRefused(
                    OAuth2ErrorCodes.INVALID_GRANT,
                    "the certificate is for another device",
                    new Refusal(
                            "wrong_device",
                            "the certificate is for " + certificate.device() + ", device_name is " + device,
                            "If it was a phone of yours, correct its device name; if not, somebody tries the name of another.",
                            concerned));
        }
    }

    private static GrantRefused notEnough(boolean certificateShown, WaysIn enough, Concerned concerned) {
        return new GrantRefused(
                OAuth2ErrorCodes.INVALID_GRANT,
                certificateShown
                        ? "the certificate is not enough: a code is wanted, too"
                        : "show the phone's certificate, too, at the mutual-TLS token endpoint",
                new Refusal(
                        certificateShown ? "code_missing" : "certificate_missing",
                        "enough is any of " + enough,
                        "If that is too much for this phone, change sipoauth.desk-phones.ways, or ways of its manufacturer.",
                        concerned));
    }

    private static GrantRefused notOffered(WayIn way, Concerned concerned) {
        return new GrantRefused(
                OAuth2ErrorCodes.UNAUTHORIZED_CLIENT,
                "phones are not signed in this way here",
                new Refusal(
                        OAuth2ErrorCodes.UNAUTHORIZED_CLIENT,
                        way.setting() + " is not among the ways in",
                        "Add it to sipoauth.desk-phones.ways if phones are to be signed in so.",
                        concerned));
    }
}
