package org.sipoauth.authz.manufacturer;

import java.util.Optional;
import org.sipoauth.authz.deskphone.WaysIn;
import org.sipoauth.authz.token.Confirmation;

/**
 * A certificate of a manufacturer that is trusted, whose private key the phone has proved to hold.
 *
 * @param device the name of the phone that it is for
 * @param ways what is enough for phones of this manufacturer, if that is other than for all
 */
public record PhoneCertificate(String manufacturer, String device, Confirmation confirmation, Optional<WaysIn> ways) {}
