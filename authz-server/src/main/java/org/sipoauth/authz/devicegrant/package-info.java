/**
 * The device authorization grant (RFC 8628): desk phones without a browser show a code, a subscriber enters it on the
 * verification page of this server, and the phone polls for its tokens.
 */
@NullMarked
package org.sipoauth.authz.devicegrant;

import org.jspecify.annotations.NullMarked;
